#include "program/process/rlimits.hpp"

#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

namespace husk::program {

namespace {
rlimit both(std::uint64_t value)
{
    return {.rlim_cur = value, .rlim_max = value};
}

rlimit lowered(const rlimit& value, const rlimit& most)
{
    const rlim_t maximum = std::min(value.rlim_max, most.rlim_max);
    return {.rlim_cur = std::min(most.rlim_cur, maximum), .rlim_max = maximum};
}

}  // namespace

ResourceLimits::ResourceLimits(const ProgramLimits& limits, int descriptor_line)
{
    const auto line = static_cast<std::uint64_t>(descriptor_line);
    limits_[RLIMIT_NOFILE] = both(std::min<std::uint64_t>(limits.files.value_or(line), line));
    limits_[RLIMIT_FSIZE] = both(limits.file_size.value_or(RLIM_INFINITY));
    if (limits.memory) limits_[RLIMIT_AS] = both(*limits.memory);
    if (limits.cpu_time) {
        const auto seconds = std::chrono::ceil<std::chrono::seconds>(*limits.cpu_time).count();
        limits_[RLIMIT_CPU] = both(static_cast<std::uint64_t>(std::max<std::int64_t>(seconds, 0)));
    }
}

Result ResourceLimits::get(unsigned resource, rlimit& value) const
{
    if (resource >= limits_.size()) return -EINVAL;
    const std::lock_guard lock{mutex_};
    value = at(resource);
    return 0;
}

Result ResourceLimits::set(unsigned resource, const rlimit& value)
{
    if (resource >= limits_.size() || value.rlim_cur > value.rlim_max) return -EINVAL;
    const std::lock_guard lock{mutex_};
    if (value.rlim_max > at(resource).rlim_max) return -EPERM;
    at(resource) = value;
    return 0;
}

void ResourceLimits::lower(unsigned resource, const rlimit& most)
{
    if (resource >= limits_.size()) return;
    const std::lock_guard lock{mutex_};
    if (auto& known = limits_[resource])
        known = lowered(*known, most);
    else
        most_[resource] = most;
}

/// With mutex_ held.
rlimit& ResourceLimits::at(std::size_t resource) const
{
    auto& known = limits_[resource];
    if (!known) {
        rlimit host = both(RLIM_INFINITY);
        host_call(SYS_prlimit64, 0, resource, 0, &host);
        known = most_[resource] ? lowered(host, *most_[resource]) : host;
    }
    return *known;
}

int ResourceLimits::descriptors() const
{
    const std::lock_guard lock{mutex_};
    return static_cast<int>(at(RLIMIT_NOFILE).rlim_cur);
}

std::uint64_t ResourceLimits::file_size() const
{
    const std::lock_guard lock{mutex_};
    return at(RLIMIT_FSIZE).rlim_cur;
}

}  // namespace husk::program
