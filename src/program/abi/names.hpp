#pragma once

#include <cstdint>
#include <string>

/// Names of the values and bits that arguments of system calls are made of.
namespace husk::program {

/// A set of names, by what it is for.
enum class Names : std::uint8_t {
    None,
    // files
    OpenFlags,
    OpenFlagsOnly,
    AccessMode,
    AtFlags,
    UnlinkFlags,
    AccessAtFlags,
    Whence,
    FcntlCommand,
    FdFlags,
    Seals,
    LockType,
    FlockOperation,
    FileKind,
    IoctlRequest,
    PollEvents,
    EpollCreateFlags,
    EpollOperation,
    EpollEvents,
    EventfdFlags,
    InotifyFlags,
    InotifyMask,
    RenameFlags,
    FallocateMode,
    SyncFileRangeFlags,
    FadviseAdvice,
    SpliceFlags,
    StatxFlags,
    StatxMask,
    XattrFlags,
    ReadWriteFlags,
    MemfdFlags,
    ResolveFlags,
    CloseRangeFlags,
    FileSystem,
    MountFlags,
    // memory
    MmapProt,
    MmapFlags,
    MremapFlags,
    MsyncFlags,
    MadviseAdvice,
    MlockFlags,
    MlockallFlags,
    MemoryPolicy,
    PkeyRights,
    // time and signals
    ClockId,
    Itimer,
    TimerFlags,
    TimerfdFlags,
    TimerfdSetFlags,
    SignalHow,
    SignalActionFlags,
    SignalStackFlags,
    SignalfdFlags,
    SignalNotify,
    // threads and processes
    CloneFlags,
    NamespaceFlags,
    FutexOperation,
    FutexBitset,
    WaitOptions,
    WaitidType,
    RseqFlags,
    ArchPrctlCode,
    PrctlOption,
    SchedPolicy,
    MembarrierCommand,
    Resource,
    RusageWho,
    PriorityWhich,
    RandomFlags,
    SeccompOperation,
    PidfdFlags,
    // network
    SocketDomain,
    SocketType,
    SocketFlags,
    MessageFlags,
    ShutdownHow,
    SocketLevel,
    // terminals
    TerminalInput,
    TerminalOutput,
    TerminalControl,
    TerminalLocal,
};

/// "O_RDONLY|O_CLOEXEC". Bits without a name follow as a number, "PROT_READ|0x40"; a value without any is
/// "0x63 /* CLOCK_??? */"; no bits at all are "0". Where the argument is an int, the upper half of `value` is ignored.
std::string describe(Names names, std::uint64_t value);

}  // namespace husk::program
