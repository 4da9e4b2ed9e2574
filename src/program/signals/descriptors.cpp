#include "program/signals/descriptors.hpp"

#include "program/signals/host_signals.hpp"

#include <fcntl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>

namespace husk::program {

namespace {

/// As the kernel's signalfd_copyinfo(): which fields there are is told by the signal and its code.
signalfd_siginfo record(const SignalInfo& info)
{
    signalfd_siginfo record{};
    record.ssi_signo = static_cast<std::uint32_t>(info.si_signo);
    record.ssi_errno = info.si_errno;
    record.ssi_code = info.si_code;
    if (info.si_code == SI_TIMER) {
        record.ssi_tid = static_cast<std::uint32_t>(info.si_timerid);
        record.ssi_overrun = static_cast<std::uint32_t>(info.si_overrun);
        record.ssi_int = info.si_value.sival_int;
        record.ssi_ptr = std::bit_cast<std::uint64_t>(info.si_value.sival_ptr);
        return record;
    }
    record.ssi_pid = static_cast<std::uint32_t>(info.si_pid);
    record.ssi_uid = info.si_uid;
    if (info.si_signo == SIGCHLD) {
        record.ssi_status = info.si_status;
        record.ssi_utime = static_cast<std::uint64_t>(info.si_utime);
        record.ssi_stime = static_cast<std::uint64_t>(info.si_stime);
    } else if (info.si_code < 0) {
        record.ssi_int = info.si_value.sival_int;
        record.ssi_ptr = std::bit_cast<std::uint64_t>(info.si_value.sival_ptr);
    }
    return record;
}

}  // namespace

Result SignalDescriptors::create(SignalSet mask, int flags, int limit, int line)
{
    static_assert(SFD_NONBLOCK == O_NONBLOCK && SFD_CLOEXEC == O_CLOEXEC);
    int ends[2] = {-1, -1};
    if (const Result made = host_call(SYS_pipe2, ends, flags); failed(made)) return made;
    const auto& [guests, low] = ends;
    One one{.end = {}, .mask = mask};
    const Result moved = guests < limit ? adopt(low, line, one) : -EMFILE;
    host_call(SYS_close, low);
    if (failed(moved)) {
        host_call(SYS_close, guests);
        return moved;
    }
    all_.push_back(std::move(one));
    ever_used_ = true;
    return guests;
}

/// Makes `low`, the end that Husk writes to, that of `one`, with a number from `line` on.
Result SignalDescriptors::adopt(int low, int line, One& one)
{
    const Result high = host_call(SYS_fcntl, low, F_DUPFD_CLOEXEC, line);
    if (failed(high)) return high;
    one.end = UniqueFd{static_cast<int>(high)};
    // Husk never waits for a reader, whatever the guest does with its end: the flag is of the end, not of the pipe.
    host_call(SYS_fcntl, one.end.get(), F_SETFL, O_WRONLY | O_NONBLOCK);
    struct stat status {};
    const Result got = host_call(SYS_fstat, one.end.get(), &status);
    one.device = status.st_dev;
    one.inode = status.st_ino;
    return got;
}

Result SignalDescriptors::find(int fd) const
{
    struct stat status {};
    if (const Result got = host_call(SYS_fstat, fd, &status); failed(got)) return got;
    const auto found =
        std::ranges::find_if(all_, [&](const One& one) { return one.device == status.st_dev && one.inode == status.st_ino; });
    return found - all_.begin();
}

bool SignalDescriptors::has(int fd) const
{
    const Result found = find(fd);
    return !failed(found) && static_cast<std::size_t>(found) < all_.size();
}

std::optional<SignalSet> SignalDescriptors::mask_of(int fd) const
{
    const Result found = find(fd);
    if (failed(found) || static_cast<std::size_t>(found) == all_.size()) return std::nullopt;
    return all_[static_cast<std::size_t>(found)].mask;
}

Result SignalDescriptors::refill(int fd, std::span<const std::byte> records)
{
    const Result found = find(fd);
    if (failed(found)) return found;
    if (static_cast<std::size_t>(found) == all_.size() || records.size() % sizeof(signalfd_siginfo) != 0) return -EINVAL;
    for (; !records.empty(); records = records.subspan(sizeof(signalfd_siginfo))) {
        const One& one = all_[static_cast<std::size_t>(found)];
        if (const Result wrote = host_call(SYS_write, one.end.get(), records.data(), sizeof(signalfd_siginfo)); failed(wrote))
            return wrote;
    }
    return 0;
}

Result SignalDescriptors::change(int fd, SignalSet mask)
{
    const Result found = find(fd);
    if (failed(found)) return found;
    if (static_cast<std::size_t>(found) == all_.size()) return -EINVAL;
    all_[static_cast<std::size_t>(found)].mask = mask;
    return fd;
}

void SignalDescriptors::feed(PendingSignals& from, SignalSet held)
{
    if (all_.empty() || (from.set() & held).empty()) return;
    // A guest that closes its end makes the host raise SIGPIPE here.
    const RaisedSignals held_back;
    for (One& one : all_) feed(one, from, held);
    std::erase_if(all_, [](const One& one) { return one.abandoned; });
}

void SignalDescriptors::feed(One& one, PendingSignals& from, SignalSet held)
{
    while (const std::optional<SignalInfo> info = from.take(~(one.mask & held))) {
        const signalfd_siginfo entry = record(*info);
        const Result written = host_call(SYS_write, one.end.get(), &entry, sizeof entry);
        if (!failed(written)) continue;
        one.abandoned = written == -EPIPE;
        // Full: it stays pending until there is room.
        (void)from.add(*info);
        return;
    }
}

}  // namespace husk::program
