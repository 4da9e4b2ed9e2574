#include "program/calls/writing.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

namespace husk::program {

namespace {

/// Where a write to this regular file would begin; nothing if it is none.
std::optional<std::uint64_t> write_position(int fd, std::optional<std::uint64_t> offset)
{
    struct stat status {};
    if (failed(host_call(SYS_fstat, fd, &status)) || !S_ISREG(status.st_mode)) return std::nullopt;
    const Result flags = host_call(SYS_fcntl, fd, F_GETFL);
    const bool append = offset == Writing::kEnd || (!failed(flags) && (flags & O_APPEND) != 0);
    if (append) return static_cast<std::uint64_t>(status.st_size);
    if (offset) return static_cast<std::int64_t>(*offset) < 0 ? std::nullopt : offset;  // the host refuses a negative one
    const Result position = host_call(SYS_lseek, fd, 0, SEEK_CUR);
    if (failed(position)) return std::nullopt;
    return static_cast<std::uint64_t>(position);
}

}  // namespace

void raise_signal(Thread& thread, int signal)
{
    if (const auto raise = thread.process.standing.signals.raise) raise(thread, signal);
}

Result check_file_size(Thread& thread, std::uint64_t size)
{
    if (size <= thread.process.standing.limits.file_size()) return 0;
    raise_signal(thread, SIGXFSZ);
    return -EFBIG;
}

Writing::Writing(Thread& thread, int fd, std::uint64_t wanted, std::optional<std::uint64_t> offset)
    : thread_{thread}, allowed_{wanted}
{
    if (wanted == 0) return;
    limit_size(fd, offset);
    if (!refused_) limit_output(fd);
}

void Writing::limit_size(int fd, std::optional<std::uint64_t> offset)
{
    ResourceLimits& limits = thread_.process.standing.limits;
    const std::uint64_t limit = limits.file_size();
    if (limit == RLIM_INFINITY) return;
    growing_ = std::unique_lock{limits.growing};
    const auto position = write_position(fd, offset);
    if (!position) {
        growing_.unlock();  // a pipe or a terminal, whose writers may wait
        return;
    }
    if (*position >= limit) {
        raise_signal(thread_, SIGXFSZ);
        refused_ = -EFBIG;
        return;
    }
    allowed_ = std::min(allowed_, limit - *position);
}

void Writing::limit_output(int fd)
{
    Output& output = thread_.process.standing.output;
    counted_ = output.counts(fd);
    if (!counted_) return;
    taken_ = output.take(allowed_);
    cut_ = taken_ < allowed_;
    allowed_ = taken_;
    if (allowed_ != 0) return;
    thread_.process.end(stops::TooMuchOutput{});
    refused_ = -EINTR;
}

Result Writing::done(Result result)
{
    if (counted_) {
        const std::uint64_t written = failed(result) ? 0 : static_cast<std::uint64_t>(result);
        thread_.process.standing.output.give_back(taken_ - std::min(written, taken_));
        if (cut_ && written >= taken_) thread_.process.end(stops::TooMuchOutput{});
    }
    return result;
}

}  // namespace husk::program
