#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/times.h>

#include <array>
#include <ctime>

#include "program/trace/structures.hpp"

namespace husk::program {
namespace {

/// tv_nsec is told as the kernel compares it: a negative one is a very large one.
std::string text_of(const timespec& time)
{
    return fmt::format("{{tv_sec={}, tv_nsec={}}}", time.tv_sec, static_cast<std::uint64_t>(time.tv_nsec));
}
std::string text_of(const timeval& time)
{
    return fmt::format("{{tv_sec={}, tv_usec={}}}", time.tv_sec, static_cast<std::uint64_t>(time.tv_usec));
}
std::string text_of(const itimerval& timer)
{
    return fmt::format("{{it_interval={}, it_value={}}}", text_of(timer.it_interval), text_of(timer.it_value));
}
std::string text_of(const itimerspec& timer)
{
    return fmt::format("{{it_interval={}, it_value={}}}", text_of(timer.it_interval), text_of(timer.it_value));
}
std::string text_of(const struct timezone& zone)
{
    return fmt::format("{{tz_minuteswest={}, tz_dsttime={}}}", zone.tz_minuteswest, zone.tz_dsttime);
}
std::string text_of(const tms& times)
{
    return fmt::format("{{tms_utime={}, tms_stime={}, tms_cutime={}, tms_cstime={}}}", times.tms_utime, times.tms_stime,
                       times.tms_cutime, times.tms_cstime);
}

/// " /* 2023-11-14T22:13:20.5+0000 */"; nothing for what is no date. `fraction` is what stands behind the seconds.
std::string date(std::time_t seconds, const std::string& fraction)
{
    std::tm parts{};
    if (seconds == 0 || ::gmtime_r(&seconds, &parts) == nullptr) return {};
    std::array<char, 64> text{};
    if (std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts) == 0) return {};
    return fmt::format(" /* {}{}+0000 */", text.data(), fraction);
}

/// A time of a file.
std::string stamp(const timespec& time)
{
    if (time.tv_nsec == UTIME_NOW) return "UTIME_NOW";
    if (time.tv_nsec == UTIME_OMIT) return "UTIME_OMIT";
    const bool whole = time.tv_nsec <= 0 || time.tv_nsec > 999'999'999;
    return text_of(time) + date(time.tv_sec, whole ? "" : fmt::format(".{:09}", time.tv_nsec));
}
std::string stamp(const timeval& time)
{
    const bool whole = time.tv_usec <= 0 || time.tv_usec > 999'999;
    return text_of(time) + date(time.tv_sec, whole ? "" : fmt::format(".{:06}", time.tv_usec));
}

template <typename T>
Text one(const Look& look, std::uint64_t at)
{
    const auto value = read_as<T>(look.read, at);
    if (!value) return std::nullopt;
    return text_of(*value);
}
template <typename T>
Text pair(const Look& look, std::uint64_t at)
{
    const auto values = read_as<std::array<T, 2>>(look.read, at);
    if (!values) return std::nullopt;
    return "[" + stamp((*values)[0]) + ", " + stamp((*values)[1]) + "]";
}

}  // namespace

Text format_of_time(const Look& look, const Target& target)
{
    switch (target.shape) {
        case Shape::Timespec: return one<timespec>(look, target.at);
        case Shape::TimespecPair: return pair<timespec>(look, target.at);
        case Shape::Timeval: return one<timeval>(look, target.at);
        case Shape::TimevalPair: return pair<timeval>(look, target.at);
        case Shape::Timezone: return one<struct timezone>(look, target.at);
        case Shape::IntervalTimeval: return one<itimerval>(look, target.at);
        case Shape::IntervalTimespec: return one<itimerspec>(look, target.at);
        case Shape::Tms: return one<tms>(look, target.at);
        default: return std::nullopt;
    }
}

}  // namespace husk::program
