#include "engine/soft/unicorn/accesses.hpp"

namespace husk::soft {

void Accesses::restart()
{
    next_ = 0;
    fresh_.reset();
}

void Accesses::clear()
{
    restart();
    answered_.clear();
}

const Access* Accesses::make(const Access& access)
{
    if (next_ < answered_.size() && answered_[next_].same_place(access)) return &answered_[next_++];
    // Another access than the last time: the guest's memory was changed in between. What was answered is not for this one.
    answered_.resize(next_);
    if (!fresh_) fresh_ = access;
    return nullptr;
}

void Accesses::answer()
{
    if (!fresh_) return;
    answered_.push_back(*fresh_);
    fresh_.reset();
}

}  // namespace husk::soft
