#pragma once

#include <linux/fs.h>
#include <linux/futex.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include <asm/prctl.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

#include "program/abi/make_argument.hpp"
#include "program/abi/system_calls.hpp"

namespace husk::program::table {

using namespace make;

/// Other arguments, or another reading of the result, for a call of which one argument decides.
struct Variant {
    std::uint16_t number = 0;
    std::uint8_t decider = 0;  ///< index of the argument that decides …
    std::uint64_t mask = 0;    ///< … by these bits …
    std::uint64_t value = 0;   ///< … which must be these
    Arguments arguments{};
    Returns result = Returns::Decimal;
};

constexpr std::uint64_t kAllBits = 0xFFFF'FFFF;  // of an int

constexpr std::uint64_t word(auto constant)
{
    return static_cast<std::uint64_t>(constant) & kAllBits;
}

constexpr Variant fcntl_with(int command, std::initializer_list<Argument> last, Returns result = Returns::Decimal)
{
    const Argument first = fd();
    const Argument second = flags("cmd", Names::FcntlCommand);
    return {
        72,    1, kAllBits, word(command), last.size() == 0 ? Arguments{first, second} : Arguments{first, second, *last.begin()},
        result};
}
constexpr Variant ioctl_with(unsigned long request, std::initializer_list<Argument> last)
{
    const Argument first = fd();
    const Argument second = flags("request", Names::IoctlRequest);
    return {16, 1, kAllBits, word(request), last.size() == 0 ? Arguments{first, second} : Arguments{first, second, *last.begin()}};
}
/// The command is what the two flags leave of the operation.
constexpr std::uint64_t kFutexCommand = word(FUTEX_CMD_MASK);
constexpr Variant futex_with(int command, const Argument& third, const Argument& fourth, const Argument& fifth,
                             const Argument& sixth)
{
    return {202, 1, kFutexCommand, word(command),
            Arguments{ptr("uaddr"), flags("futex_op", Names::FutexOperation), third, fourth, fifth, sixth}};
}
constexpr Variant prctl_with(int option, std::initializer_list<Argument> last)
{
    const Argument first = flags("option", Names::PrctlOption);
    return {157, 0, kAllBits, word(option), last.size() == 0 ? Arguments{first} : Arguments{first, *last.begin()}};
}
constexpr Variant arch_prctl_with(int code, const Argument& second)
{
    return {158, 0, kAllBits, word(code), Arguments{flags("code", Names::ArchPrctlCode), second}};
}

inline constexpr Argument kUnused = plain(Kind::Unused, "");
inline constexpr Argument kFileMode = plain(Kind::FileMode, "mode");
inline constexpr Argument kDevice = plain(Kind::Device, "dev");
inline constexpr Argument kLock = in("lock", Shape::FileLock);
inline constexpr Argument kFutexTimeout = in("timeout", Shape::Timespec);
inline constexpr Argument kBitset = flags("bitset", Names::FutexBitset);
inline constexpr std::uint64_t kMayCreate = word(O_CREAT) | (word(O_TMPFILE) & ~word(O_DIRECTORY));

/// In order: the first that fits counts; if none does, the call's own row.
inline constexpr auto kVariants = std::to_array<Variant>({
    {2, 1, kMayCreate, 0, {path(), flags("flags", Names::OpenFlags)}},
    {257, 2, kMayCreate, 0, {dir(), path(), flags("flags", Names::OpenFlags)}},
    {240, 1, word(O_CREAT), 0, {text("name"), flags("oflag", Names::OpenFlags)}},
    {25,
     3,
     word(MREMAP_FIXED | MREMAP_DONTUNMAP),
     0,
     {ptr("old_address"), size("old_size"), size("new_size"), flags("flags", Names::MremapFlags)},
     Returns::Hex},

    {133, 1, S_IFMT, S_IFCHR, {path(), kFileMode, kDevice}},
    {133, 1, S_IFMT, S_IFBLK, {path(), kFileMode, kDevice}},
    {133, 1, 0, 0, {path(), kFileMode}},
    {259, 2, S_IFMT, S_IFCHR, {dir(), path(), kFileMode, kDevice}},
    {259, 2, S_IFMT, S_IFBLK, {dir(), path(), kFileMode, kDevice}},
    {259, 2, 0, 0, {dir(), path(), kFileMode}},
    {56,
     0,
     CLONE_PARENT_SETTID,
     CLONE_PARENT_SETTID,
     {flags("flags", Names::CloneFlags), ptr("stack"), out("parent_tid", Shape::Int), ptr("child_tid"), ptr("tls")}},

    fcntl_with(F_DUPFD, {num("arg")}),
    fcntl_with(F_DUPFD_CLOEXEC, {num("arg")}),
    fcntl_with(F_GETFD, {}, Returns::FdFlags),
    fcntl_with(F_SETFD, {flags("arg", Names::FdFlags)}),
    fcntl_with(F_GETFL, {}, Returns::FileFlags),
    fcntl_with(F_SETFL, {flags("arg", Names::OpenFlags)}),
    fcntl_with(F_GETLK, {inout("lock", Shape::FoundLock)}),
    fcntl_with(F_SETLK, {kLock}),
    fcntl_with(F_SETLKW, {kLock}),
    fcntl_with(F_OFD_GETLK, {inout("lock", Shape::FoundLock)}),
    fcntl_with(F_OFD_SETLK, {kLock}),
    fcntl_with(F_OFD_SETLKW, {kLock}),
    fcntl_with(F_GETOWN, {}),
    fcntl_with(F_SETOWN, {pid("arg")}),
    fcntl_with(F_GETSIG, {}),
    fcntl_with(F_SETSIG, {signal("arg")}),
    fcntl_with(F_GETLEASE, {}),
    fcntl_with(F_SETLEASE, {flags("arg", Names::LockType)}),
    fcntl_with(F_GETPIPE_SZ, {}),
    fcntl_with(F_SETPIPE_SZ, {num("arg")}),
    fcntl_with(F_GET_SEALS, {}, Returns::Hex),
    fcntl_with(F_ADD_SEALS, {flags("arg", Names::Seals)}),

    ioctl_with(TCGETS, {out("argp", Shape::Termios)}),
    ioctl_with(TCSETS, {in("argp", Shape::Termios)}),
    ioctl_with(TCSETSW, {in("argp", Shape::Termios)}),
    ioctl_with(TCSETSF, {in("argp", Shape::Termios)}),
    ioctl_with(TIOCGWINSZ, {out("argp", Shape::WindowSize)}),
    ioctl_with(TIOCSWINSZ, {in("argp", Shape::WindowSize)}),
    ioctl_with(TIOCGPGRP, {out("argp", Shape::Int)}),
    ioctl_with(TIOCSPGRP, {in("argp", Shape::Int)}),
    ioctl_with(TIOCGSID, {out("argp", Shape::Int)}),
    ioctl_with(TIOCOUTQ, {out("argp", Shape::Int)}),
    ioctl_with(TIOCGPTN, {out("argp", Shape::Int)}),
    ioctl_with(TIOCSPTLCK, {in("argp", Shape::Int)}),
    ioctl_with(FIONREAD, {out("argp", Shape::Int)}),
    ioctl_with(FIONBIO, {in("argp", Shape::Int)}),
    ioctl_with(FIOASYNC, {in("argp", Shape::Int)}),
    ioctl_with(FIOCLEX, {}),
    ioctl_with(FIONCLEX, {}),
    ioctl_with(TIOCNOTTY, {}),
    ioctl_with(TIOCEXCL, {}),
    ioctl_with(TIOCNXCL, {}),
    ioctl_with(TIOCSCTTY, {num("arg")}),
    ioctl_with(TCSBRK, {num("arg")}),
    ioctl_with(TCXONC, {num("arg")}),
    ioctl_with(TCFLSH, {num("arg")}),
    ioctl_with(FICLONE, {fd("src_fd")}),

    futex_with(FUTEX_WAIT, uns("val"), kFutexTimeout, kUnused, kUnused),
    futex_with(FUTEX_WAKE, uns("val"), kUnused, kUnused, kUnused),
    futex_with(FUTEX_REQUEUE, uns("val"), uns("val2"), ptr("uaddr2"), kUnused),
    futex_with(FUTEX_CMP_REQUEUE, uns("val"), uns("val2"), ptr("uaddr2"), uns("val3")),
    futex_with(FUTEX_WAKE_OP, uns("val"), uns("val2"), ptr("uaddr2"), hex("val3")),
    futex_with(FUTEX_LOCK_PI, kUnused, kFutexTimeout, kUnused, kUnused),
    futex_with(FUTEX_LOCK_PI2, kUnused, kFutexTimeout, kUnused, kUnused),
    futex_with(FUTEX_UNLOCK_PI, kUnused, kUnused, kUnused, kUnused),
    futex_with(FUTEX_TRYLOCK_PI, kUnused, kUnused, kUnused, kUnused),
    futex_with(FUTEX_WAIT_BITSET, uns("val"), kFutexTimeout, kUnused, kBitset),
    futex_with(FUTEX_WAKE_BITSET, uns("val"), kUnused, kUnused, kBitset),
    futex_with(FUTEX_WAIT_REQUEUE_PI, uns("val"), kFutexTimeout, ptr("uaddr2"), kUnused),
    futex_with(FUTEX_CMP_REQUEUE_PI, uns("val"), uns("val2"), ptr("uaddr2"), uns("val3")),

    prctl_with(PR_SET_NAME, {text("name")}),
    prctl_with(PR_GET_NAME, {out("name", Shape::CommandName)}),
    prctl_with(PR_SET_PDEATHSIG, {signal()}),
    prctl_with(PR_GET_PDEATHSIG, {out("sig", Shape::Int)}),
    prctl_with(PR_SET_DUMPABLE, {num("dumpable")}),
    prctl_with(PR_GET_DUMPABLE, {}),
    prctl_with(PR_SET_KEEPCAPS, {num("keep")}),
    prctl_with(PR_GET_KEEPCAPS, {}),
    prctl_with(PR_SET_TIMERSLACK, {lng("slack")}),
    prctl_with(PR_GET_TIMERSLACK, {}),
    prctl_with(PR_GET_SECCOMP, {}),
    prctl_with(PR_SET_CHILD_SUBREAPER, {num("set")}),
    {157,
     0,
     kAllBits,
     word(PR_SET_NO_NEW_PRIVS),
     {flags("option", Names::PrctlOption), num("set"), hex("arg3"), hex("arg4"), hex("arg5")}},
    {157, 0, kAllBits, word(PR_SET_VMA), {flags("option", Names::PrctlOption), hex("attr"), ptr(), size("size"), text("val")}},

    arch_prctl_with(ARCH_SET_FS, ptr()),
    arch_prctl_with(ARCH_SET_GS, ptr()),
    arch_prctl_with(ARCH_GET_FS, out("addr", Shape::Pointer)),
    arch_prctl_with(ARCH_GET_GS, out("addr", Shape::Pointer)),
});

}  // namespace husk::program::table
