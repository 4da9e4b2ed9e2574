#include "program/process/seats.hpp"

namespace husk::program {

std::optional<ProcessorSeat> Seats::take()
{
    const std::lock_guard lock{mutex_};
    if (free_.empty()) return std::nullopt;
    ProcessorSeat seat = std::move(free_.back());
    free_.pop_back();
    return seat;
}

void Seats::give_back(ProcessorSeat seat)
{
    const std::lock_guard lock{mutex_};
    free_.push_back(std::move(seat));
}

std::optional<unsigned> Seats::next()
{
    const std::lock_guard lock{mutex_};
    if (made_ == entry::kMaxProcessors) return std::nullopt;
    return made_++;
}

}  // namespace husk::program
