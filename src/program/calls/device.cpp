#include "program/calls/arguments.hpp"
#include "program/calls/groups.hpp"

#include <asm/sockios.h>
#include <asm/termbits.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>

// Requests to devices: terminals, above all. A request reads and writes memory as its own rules say, so only those are passed on
// whose rules are in the table below; every other one is ENOTTY, as if the device did not know it.
namespace husk::program {

namespace {

using namespace kinds;

struct Request {
    unsigned number;
    Handler handler;
};

/// Its argument is a number, or nothing.
template <Way kWay = Way::AtOnce>
Result plain(Thread& thread, const Call& call)
{
    return pass<kWay, Descriptor, Word, Word>(thread, call);
}

/// Its argument points to one of these.
template <typename T, Way kWay = Way::AtOnce>
Result with(Thread& thread, const Call& call)
{
    return pass<kWay, Descriptor, Word, Struct<T>>(thread, call);
}

/// FICLONE: its argument is another descriptor.
Result clone(Thread& thread, const Call& call)
{
    return pass<Way::AtOnce, Descriptor, Word, Descriptor>(thread, call);
}

/// FICLONERANGE: the other descriptor is within the structure, which is copied once.
Result clone_range(Thread& thread, const Call& call)
{
    const auto range = thread.process.memory.get<file_clone_range>(call.address(2));
    if (!range) return -EFAULT;
    const bool guests = range->src_fd >= 0 && range->src_fd < thread.process.descriptor_line;
    if (!guests) return -EBADF;
    return host_call(SYS_ioctl, call.integer(0), FICLONERANGE, &*range);
}

constexpr auto kRequests = std::to_array<Request>({
    // Terminals: their settings. What waits until output has been sent can be interrupted.
    {TCGETS, with<termios>},
    {TCSETS, with<termios>},
    {TCSETSW, with<termios, Way::Waits>},
    {TCSETSF, with<termios, Way::Waits>},
    {TCGETS2, with<termios2>},
    {TCSETS2, with<termios2>},
    {TCSETSW2, with<termios2, Way::Waits>},
    {TCSETSF2, with<termios2, Way::Waits>},
    {TCGETA, with<termio>},
    {TCSETA, with<termio>},
    {TCSETAW, with<termio, Way::Waits>},
    {TCSETAF, with<termio, Way::Waits>},
    {TIOCGWINSZ, with<winsize>},
    {TIOCSWINSZ, with<winsize>},
    {TIOCOUTQ, with<int>},
    {TIOCGETD, with<int>},
    {TIOCGSOFTCAR, with<int>},
    {TIOCMGET, with<int>},
    {TCSBRK, plain<Way::Waits>},
    {TCSBRKP, plain<Way::Waits>},
    {TIOCSBRK, plain<>},
    {TIOCCBRK, plain<>},
    {TCXONC, plain<Way::Waits>},
    {TCFLSH, plain<>},
    {TIOCEXCL, plain<>},
    {TIOCNXCL, plain<>},
    {TIOCGEXCL, with<int>},
    // Their process groups: the kernel lets a process set only what its own session has.
    {TIOCGPGRP, with<pid_t>},
    {TIOCSPGRP, with<pid_t, Way::Waits>},
    {TIOCGSID, with<pid_t>},
    // A new pair of them. TIOCGPTPEER opens the other end without a path, and so without a grant.
    {TIOCGPTN, with<unsigned>},
    {TIOCSPTLCK, with<int>},
    {TIOCGPTLCK, with<int>},
    // Any descriptor.
    {FIONREAD, with<int>},
    {FIONBIO, with<int>},
    {FIOQSIZE, with<std::int64_t>},
    {FIOCLEX, plain<>},
    {FIONCLEX, plain<>},
    // Files and block devices.
    {FIGETBSZ, with<int>},
    {FS_IOC_GETFLAGS, with<long>},
    {FS_IOC_GETVERSION, with<long>},
    {BLKGETSIZE64, with<std::uint64_t>},
    {BLKSSZGET, with<int>},
    {FICLONE, clone},
    {FICLONERANGE, clone_range},
    // Refused by name.
    {TIOCSTI, answer<-EPERM>},          // types on the user's terminal: what is typed, the shell runs when Husk has ended
    {TIOCLINUX, answer<-EPERM>},        // pastes on the console, which is the same
    {TIOCCONS, answer<-EPERM>},         // takes the system's console
    {TIOCSCTTY, answer<-EPERM>},        // takes a terminal from another session
    {TIOCNOTTY, answer<-EPERM>},        // takes the terminal from Husk and its group
    {TIOCSETD, answer<-EPERM>},         // makes the kernel load line disciplines
    {FIOASYNC, answer<-EINVAL>},        // signals from the kernel go to Husk's process, not into the guest
    {FIOSETOWN, answer<-EPERM>},        // likewise
    {FIOGETOWN, answer<-EPERM>},        // likewise
    {FS_IOC_SETFLAGS, answer<-EPERM>},  // files that cannot be removed any more
    {FIFREEZE, answer<-EPERM>},         // stops a file system of the host's
    {FITHAW, answer<-EPERM>},           // likewise
});

/// ioctl(fd, request, argument)
Result request(Thread& thread, const Call& call)
{
    if (!is_guests(thread, call.integer(0))) return -EBADF;
    const Result open = host_call(SYS_fcntl, call.integer(0), F_GETFD);
    if (failed(open)) return open;
    const auto number = static_cast<unsigned>(call.integer(1));
    const auto* const found = std::ranges::find(kRequests, number, &Request::number);
    return found == kRequests.end() ? -ENOTTY : found->handler(thread, call);
}

constexpr auto kCalls = std::to_array<Served>({
    {SYS_ioctl, request},
});

}  // namespace

std::span<const Served> device_calls()
{
    return kCalls;
}

}  // namespace husk::program
