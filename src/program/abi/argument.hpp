#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "program/abi/names.hpp"

/// What an argument of a system call is: enough to check it, to print it, and to know which memory the call reads and writes.
namespace husk::program {

enum class Kind : std::uint8_t {
    Fd,           ///< int; a descriptor
    DirFd,        ///< int; a descriptor that paths are relative to, or AT_FDCWD
    Path,         ///< pointer to a C string that names a file
    Text,         ///< pointer to a C string that does not
    Int,          ///< int
    Unsigned,     ///< unsigned int
    Long,         ///< long
    Size,         ///< size_t: bytes or elements
    Offset,       ///< loff_t
    Hex,          ///< a number best read as hexadecimal
    Address,      ///< a pointer that the call does not follow, or that is not worth following
    InBytes,      ///< pointer to bytes that the call reads
    OutBytes,     ///< pointer to bytes that the call writes
    InStruct,     ///< pointer to a structure that the call reads
    OutStruct,    ///< pointer to a structure that the call writes
    InOutStruct,  ///< pointer to a structure that the call reads and writes
    Flags,        ///< one of a set of names, or several of them together
    Mode,         ///< permissions of a file
    FileMode,     ///< permissions and kind of a file
    Pid,          ///< pid_t
    Id,           ///< uid_t or gid_t; -1 is none
    Signal,       ///< int; the number of a signal
    Device,       ///< dev_t
    Unused,       ///< the call does not look at it; those behind it may count
};

/// What a pointer of kind InStruct, OutStruct or InOutStruct points to.
enum class Shape : std::uint8_t {
    None,
    Int,               ///< int
    Unsigned,          ///< unsigned int
    Long,              ///< long, or loff_t
    IntPair,           ///< int[2]
    Pointer,           ///< void*
    TextArray,         ///< char*[], ended by NULL
    Stat,              ///< struct stat
    Statx,             ///< struct statx
    Statfs,            ///< struct statfs
    Directory,         ///< struct linux_dirent64[]
    OpenHow,           ///< struct open_how
    FileLock,          ///< struct flock
    FoundLock,         ///< struct flock, of a process that holds it
    IoVectors,         ///< struct iovec[]
    PollFds,           ///< struct pollfd[]
    FdSet,             ///< fd_set
    SetAndSize,        ///< the last argument of pselect6: a pointer to sigset_t and its size
    EpollEvent,        ///< struct epoll_event
    EpollEvents,       ///< struct epoll_event[]
    Timespec,          ///< struct timespec
    TimespecPair,      ///< struct timespec[2]
    Timeval,           ///< struct timeval
    TimevalPair,       ///< struct timeval[2]
    Timezone,          ///< struct timezone
    IntervalTimeval,   ///< struct itimerval
    IntervalTimespec,  ///< struct itimerspec
    Tms,               ///< struct tms
    SignalSet,         ///< the kernel's sigset_t
    SignalAction,      ///< the kernel's struct sigaction
    Siginfo,           ///< siginfo_t
    SignalEvent,       ///< struct sigevent
    SignalStack,       ///< stack_t
    ResourceLimit,     ///< struct rlimit64
    ResourceUsage,     ///< struct rusage
    WaitStatus,        ///< int, as wait4 gives it
    SystemName,        ///< struct utsname
    SystemInfo,        ///< struct sysinfo
    SchedParameter,    ///< struct sched_param
    CpuSet,            ///< cpu_set_t
    CloneArguments,    ///< struct clone_args
    SocketAddress,     ///< struct sockaddr of any family
    MessageHeader,     ///< struct msghdr
    Termios,           ///< the kernel's struct termios
    WindowSize,        ///< struct winsize
    CommandName,       ///< char[16]: what prctl calls a thread
    PathName,          ///< a path that the call writes, with a zero byte at its end
    Hexadecimal,       ///< bytes that are no text
    Other,             ///< a structure that is not looked into
};

/// Instead of the index of an argument: there is no length, or it is what the call returned.
inline constexpr std::uint8_t kNoLength = 0xFF;
inline constexpr std::uint8_t kResultIsLength = 0xFE;

struct Argument {
    Kind kind = Kind::Address;
    std::string_view name;            ///< as the manual page of the call has it
    Names names = Names::None;        ///< of kind Flags: which
    Shape shape = Shape::None;        ///< of a structure
    std::uint8_t length = kNoLength;  ///< index of the argument with the length: bytes of a buffer, elements of an array

    constexpr bool operator==(const Argument&) const = default;
};

/// True of an argument that is a pointer.
constexpr bool is_pointer(Kind kind)
{
    switch (kind) {
        case Kind::Path:
        case Kind::Text:
        case Kind::Address:
        case Kind::InBytes:
        case Kind::OutBytes:
        case Kind::InStruct:
        case Kind::OutStruct:
        case Kind::InOutStruct: return true;
        default: return false;
    }
}

/// True of an argument whose pointee is known only after the call.
constexpr bool is_output(Kind kind)
{
    return kind == Kind::OutBytes || kind == Kind::OutStruct;
}

}  // namespace husk::program
