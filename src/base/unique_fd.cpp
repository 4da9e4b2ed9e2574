#include "base/unique_fd.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>

#include <fcntl.h>

#include <cerrno>

namespace husk {

void UniqueFd::move_above(int line)
{
    if (fd_ < 0 || fd_ >= line) return;
    const int moved = ::fcntl(fd_, F_DUPFD_CLOEXEC, line);
    if (moved < 0)
        throw Error{"fcntl(F_DUPFD_CLOEXEC)", errno,
                    fmt::format("no file descriptor from {} on is free, or allowed (ulimit -n)", line)};
    *this = UniqueFd{moved};
}

}  // namespace husk
