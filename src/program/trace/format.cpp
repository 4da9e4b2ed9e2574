#include "program/trace/format.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace husk::program {

std::string format_entry(std::uint64_t number, const Values& values, const Reader& read, const Limits& limits)
{
    return CallText{number, values, read, limits}.start();
}

std::string format_exit(std::uint64_t number, const Values& values, std::int64_t result,
                        std::optional<std::chrono::nanoseconds> duration, const Reader& read, const Limits& limits)
{
    const CallText call{number, values, read, limits};
    return call.start() + call.rest(result, read) + (duration ? format_duration(*duration) : "");
}

std::string format_duration(std::chrono::nanoseconds duration)
{
    // A clock that was set back must not make nonsense of the line.
    const auto microseconds = std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::microseconds>(duration).count());
    return fmt::format(" <{}.{:06}>", microseconds / std::micro::den, microseconds % std::micro::den);
}

}  // namespace husk::program
