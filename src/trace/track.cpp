#include "trace/track.hpp"

#include "trace/writer.hpp"

namespace husk::trace {

void Track::add(const Event& event)
{
    const std::string_view line = event.line();
    bool enough = false;
    {
        std::unique_lock lock{mutex_};
        taken_.wait(lock, [this] { return given_up_ || lines_.size() < kMost; });
        if (given_up_) return;
        const std::size_t before = lines_.size();
        lines_.append(line).append(kLineEnd);
        enough = before < kEnough && lines_.size() >= kEnough;
    }
    if (enough) writer_.wake();
}

void Track::retire()
{
    const std::lock_guard lock{mutex_};
    retired_ = true;
}

bool Track::take(std::string& into)
{
    const std::lock_guard lock{mutex_};
    if (into.empty())
        into.swap(lines_);
    else
        into.append(lines_);
    lines_.clear();
    taken_.notify_all();
    return retired_;
}

void Track::give_up()
{
    const std::lock_guard lock{mutex_};
    given_up_ = true;
    lines_ = {};
    taken_.notify_all();
}

}  // namespace husk::trace
