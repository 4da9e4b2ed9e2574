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

/// TIOCSPGRP: to the foreground goes the program's own group, and no other of the user's session.
Result set_foreground(Thread& thread, const Call& call)
{
    const auto group = thread.process.memory.get<pid_t>(call.address(2));
    if (!group) return -EFAULT;
    if (*group != host_call(SYS_getpgrp)) return -EPERM;
    return thread.interruptible(SYS_ioctl, call.integer(0), TIOCSPGRP, &*group);
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
    {TIOCGWINSZ, with<winsize>},
    {TIOCSWINSZ, with<winsize>},
    {TIOCOUTQ, with<int>},
    {TCSBRK, plain<Way::Waits>},
    {TCSBRKP, plain<Way::Waits>},
    {TCXONC, plain<Way::Waits>},
    {TCFLSH, plain<>},
    // Their process groups.
    {TIOCGPGRP, with<pid_t>},
    {TIOCSPGRP, set_foreground},
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
    // Refused by name. TIOCEXCL, line disciplines, modem lines and termio's requests are among those not known.
    {TIOCSTI, answer<-EPERM>},          // types on the user's terminal: what is typed, the shell runs when Husk has ended
    {TIOCLINUX, answer<-EPERM>},        // pastes on the console, which is the same
    {TIOCCONS, answer<-EPERM>},         // takes the system's console
    {TIOCSCTTY, answer<-EPERM>},        // takes a terminal from another session
    {TIOCNOTTY, answer<-EPERM>},        // takes the terminal from Husk and its group
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
