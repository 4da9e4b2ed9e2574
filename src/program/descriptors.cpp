#include "program/descriptors.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>

namespace husk::program {

namespace {

constexpr rlim_t kUsual = 1024;  ///< what a program may have as a rule: most systems' soft limit
constexpr rlim_t kOwn = 320;     ///< a processor each for 256 threads, the grants, and what is open for a moment
constexpr rlim_t kLeast = 64;

}  // namespace

int descriptor_line(const ProgramLimits& limits)
{
    rlimit now{};
    if (::getrlimit(RLIMIT_NOFILE, &now) != 0) throw Error{"getrlimit", errno};
    const rlim_t wanted = limits.files.value_or(kUsual);
    if (now.rlim_cur < wanted + kOwn && now.rlim_cur < now.rlim_max) {
        const rlimit more{.rlim_cur = std::min(now.rlim_max, wanted + kOwn), .rlim_max = now.rlim_max};
        if (::setrlimit(RLIMIT_NOFILE, &more) == 0) now = more;
    }
    if (now.rlim_cur >= wanted + kOwn) return static_cast<int>(wanted);
    if (limits.files || now.rlim_cur < kLeast + kOwn)
        throw Error{"getrlimit", EMFILE,
                    fmt::format("{} descriptors for the program and {} for Husk are more than `ulimit -Hn` allows ({})", wanted,
                                kOwn, now.rlim_max)};
    return static_cast<int>(now.rlim_cur - kOwn);
}

}  // namespace husk::program
