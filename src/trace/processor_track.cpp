#include "trace/processor_track.hpp"

namespace husk::trace {

namespace {

/// Between what follows one another: a viewer that adds times as fractions of a microsecond would see them overlap.
constexpr Time kGap{1};

}  // namespace

ProcessorTrack::~ProcessorTrack()
{
    stops();
    track_->retire();
}

void ProcessorTrack::enters()
{
    entered_ = writer_.now();
    if (!exit_) return;
    exit_->lasts(entered_ - left_ - kGap);
    track_->add(*exit_);
    exit_.reset();
}

Event& ProcessorTrack::left(std::string_view name, std::string_view kind)
{
    left_ = writer_.now();
    Event guest{"guest", "guest", 'X', track_->place(), entered_};
    guest.lasts(left_ - entered_ - kGap);
    track_->add(guest);
    exit_.emplace(name, "exit", 'X', track_->place(), left_);
    return exit_->text("kind", kind).time("guest_us", left_ - entered_);
}

void ProcessorTrack::stops()
{
    if (exit_) enters();
}

Event ProcessorTrack::happens(std::string_view name, std::string_view category) const
{
    return {name, category, 'i', track_->place(), writer_.now()};
}

Event ProcessorTrack::did(std::string_view name, std::string_view category, std::chrono::steady_clock::time_point begun) const
{
    return {name, category, 'X', track_->place(), writer_.since_start(begun)};
}

}  // namespace husk::trace
