#include "engine/soft/alarm.hpp"

namespace husk::soft {

void Alarm::enter(engine::Deadline deadline)
{
    if (deadline != engine::kNever) timer_.set(deadline);
}

void Alarm::leave() noexcept
{
    timer_.clear();
    if (expired_.exchange(false)) wanted_ = kicked_.load();
}

bool Alarm::take() noexcept
{
    if (!wanted_) return false;
    // Lower the flag first: a kick from here on raises it again.
    wanted_ = false;
    const bool kicked = kicked_.exchange(false);
    const bool expired = expired_;
    if (expired) wanted_ = true;
    return kicked || expired;
}

}  // namespace husk::soft
