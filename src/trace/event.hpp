#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <string_view>

/// A file of trace events, as Chrome and Perfetto read them: events as lines, the tracks that they are on, and what writes them.
namespace husk::trace {

/// Since the trace began.
using Time = std::chrono::nanoseconds;

/// Whose an event is: both numbers are those of a process and a thread, as far as the guest has such, and name a track.
struct Place {
    int process = 0;
    int thread = 0;
};

/// One event, a line of the file: an object in JSON, by "Trace Event Format". Text of any bytes may be given to it: what is no UTF-8
/// is replaced.
class Event {
public:
    /// `phase`: 'X' has a duration, 'i' has none, 'M' names something.
    Event(std::string_view name, std::string_view category, char phase, Place place, Time at);

    /// Arguments, each name once, without characters that JSON escapes.
    Event& text(std::string_view name, std::string_view value);
    Event& number(std::string_view name, std::uint64_t value);
    Event& signed_number(std::string_view name, std::int64_t value);
    /// "0x1f": a reader of JSON may lose bits of a number of 64.
    Event& hexadecimal(std::string_view name, std::uint64_t value);
    /// In microseconds, as all times in these files.
    Event& time(std::string_view name, Time value);

    /// Ends it; an 'X' with the time that it took. What there is of it until then.
    void lasts(Time duration);
    void end();
    std::string_view line() const { return {line_.data(), line_.size()}; }

private:
    void key(std::string_view name);

    fmt::memory_buffer line_;
    bool has_arguments_ = false;
};

/// In quotes, as JSON has it.
void append_quoted(fmt::memory_buffer& to, std::string_view text);

}  // namespace husk::trace
