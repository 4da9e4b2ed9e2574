#include "program/abi/names.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "program/abi/name_set.hpp"
#include "program/abi/names_events.hpp"
#include "program/abi/names_files.hpp"
#include "program/abi/names_memory.hpp"
#include "program/abi/names_network.hpp"
#include "program/abi/names_process.hpp"
#include "program/abi/names_terminal.hpp"
#include "program/abi/names_time.hpp"

namespace husk::program {
namespace {

constexpr NameSet one_of(std::span<const Name> names, std::string_view unknown)
{
    return {names, unknown, false, false};
}
constexpr NameSet bits(std::span<const Name> names, std::string_view unknown)
{
    return {names, unknown, true, false};
}
constexpr NameSet long_bits(std::span<const Name> names, std::string_view unknown)
{
    return {names, unknown, true, true};
}

NameSet set_of_files(Names names)
{
    switch (names) {
        case Names::OpenFlags: return bits(names::kOpenFlags, "O_???");
        case Names::OpenFlagsOnly: return bits(names::kOpenFlagsOnly, "O_???");
        case Names::AccessMode: return bits(names::kAccessMode, "?_OK");
        case Names::AtFlags: return bits(names::kAtFlags, "AT_???");
        case Names::UnlinkFlags: return bits(names::kUnlinkFlags, "AT_???");
        case Names::AccessAtFlags: return bits(names::kAccessAtFlags, "AT_???");
        case Names::Whence: return one_of(names::kWhence, "SEEK_???");
        case Names::FcntlCommand: return one_of(names::kFcntlCommand, "F_???");
        case Names::FdFlags: return bits(names::kFdFlags, "FD_???");
        case Names::Seals: return bits(names::kSeals, "F_SEAL_???");
        case Names::LockType: return one_of(names::kLockType, "F_???");
        case Names::FlockOperation: return bits(names::kFlockOperation, "LOCK_???");
        case Names::FileKind: return bits(names::kFileKind, "S_???");
        case Names::IoctlRequest: return one_of(names::kIoctlRequest, "_IOC_???");
        case Names::PollEvents: return bits(names::kPollEvents, "POLL???");
        case Names::EpollCreateFlags: return bits(names::kEpollCreateFlags, "EPOLL_???");
        case Names::EpollOperation: return one_of(names::kEpollOperation, "EPOLL_CTL_???");
        case Names::EpollEvents: return bits(names::kEpollEvents, "EPOLL???");
        case Names::EventfdFlags: return bits(names::kEventfdFlags, "EFD_???");
        case Names::InotifyFlags: return bits(names::kInotifyFlags, "IN_???");
        case Names::InotifyMask: return bits(names::kInotifyMask, "IN_???");
        case Names::RenameFlags: return bits(names::kRenameFlags, "RENAME_???");
        case Names::FallocateMode: return bits(names::kFallocateMode, "FALLOC_FL_???");
        case Names::SyncFileRangeFlags: return bits(names::kSyncFileRangeFlags, "SYNC_FILE_RANGE_???");
        case Names::FadviseAdvice: return one_of(names::kFadviseAdvice, "POSIX_FADV_???");
        case Names::SpliceFlags: return bits(names::kSpliceFlags, "SPLICE_F_???");
        case Names::StatxFlags: return bits(names::kStatxFlags, "AT_???");
        case Names::StatxMask: return bits(names::kStatxMask, "STATX_???");
        case Names::XattrFlags: return bits(names::kXattrFlags, "XATTR_???");
        case Names::ReadWriteFlags: return bits(names::kReadWriteFlags, "RWF_???");
        case Names::MemfdFlags: return bits(names::kMemfdFlags, "MFD_???");
        case Names::ResolveFlags: return long_bits(names::kResolveFlags, "RESOLVE_???");
        case Names::CloseRangeFlags: return bits(names::kCloseRangeFlags, "CLOSE_RANGE_???");
        case Names::FileSystem: return one_of(names::kFileSystem, "???_MAGIC");
        case Names::MountFlags: return long_bits(names::kMountFlags, "ST_???");
        default: return {};
    }
}

NameSet set_of_memory(Names names)
{
    switch (names) {
        case Names::MmapProt: return long_bits(names::kMmapProt, "PROT_???");
        case Names::MmapFlags: return long_bits(names::kMmapFlags, "MAP_???");
        case Names::MremapFlags: return long_bits(names::kMremapFlags, "MREMAP_???");
        case Names::MsyncFlags: return bits(names::kMsyncFlags, "MS_???");
        case Names::MadviseAdvice: return one_of(names::kMadviseAdvice, "MADV_???");
        case Names::MlockFlags: return bits(names::kMlockFlags, "MLOCK_???");
        case Names::MlockallFlags: return bits(names::kMlockallFlags, "MCL_???");
        case Names::MemoryPolicy: return one_of(names::kMemoryPolicy, "MPOL_???");
        case Names::PkeyRights: return bits(names::kPkeyRights, "PKEY_???");
        default: return {};
    }
}

NameSet set_of_time_and_signals(Names names)
{
    switch (names) {
        case Names::ClockId: return one_of(names::kClockId, "CLOCK_???");
        case Names::Itimer: return one_of(names::kItimer, "ITIMER_???");
        case Names::TimerFlags: return bits(names::kTimerFlags, "TIMER_???");
        case Names::TimerfdFlags: return bits(names::kTimerfdFlags, "TFD_???");
        case Names::TimerfdSetFlags: return bits(names::kTimerfdSetFlags, "TFD_???");
        case Names::SignalHow: return one_of(names::kSignalHow, "SIG_???");
        case Names::SignalActionFlags: return long_bits(names::kSignalActionFlags, "SA_???");
        case Names::SignalStackFlags: return bits(names::kSignalStackFlags, "SS_???");
        case Names::SignalfdFlags: return bits(names::kSignalfdFlags, "SFD_???");
        case Names::SignalNotify: return one_of(names::kSignalNotify, "SIGEV_???");
        default: return {};
    }
}

NameSet set_of_threads_and_processes(Names names)
{
    switch (names) {
        case Names::CloneFlags: return long_bits(names::kCloneFlags, "CLONE_???");
        case Names::NamespaceFlags: return long_bits(names::kNamespaceFlags, "CLONE_???");
        case Names::FutexOperation: return bits(names::kFutexOperation, "FUTEX_???");
        case Names::FutexBitset: return one_of(names::kFutexBitset, "");
        case Names::WaitOptions: return bits(names::kWaitOptions, "W???");
        case Names::WaitidType: return one_of(names::kWaitidType, "P_???");
        case Names::RseqFlags: return bits(names::kRseqFlags, "RSEQ_FLAG_???");
        case Names::ArchPrctlCode: return one_of(names::kArchPrctlCode, "ARCH_???");
        case Names::PrctlOption: return one_of(names::kPrctlOption, "PR_???");
        case Names::SchedPolicy: return one_of(names::kSchedPolicy, "SCHED_???");
        case Names::MembarrierCommand: return one_of(names::kMembarrierCommand, "MEMBARRIER_CMD_???");
        case Names::Resource: return one_of(names::kResource, "RLIMIT_???");
        case Names::RusageWho: return one_of(names::kRusageWho, "RUSAGE_???");
        case Names::PriorityWhich: return one_of(names::kPriorityWhich, "PRIO_???");
        case Names::RandomFlags: return bits(names::kRandomFlags, "GRND_???");
        case Names::SeccompOperation: return one_of(names::kSeccompOperation, "SECCOMP_???");
        case Names::PidfdFlags: return bits(names::kPidfdFlags, "PIDFD_???");
        default: return {};
    }
}

NameSet set_of_network(Names names)
{
    switch (names) {
        case Names::SocketDomain: return one_of(names::kSocketDomain, "AF_???");
        case Names::SocketType: return bits(names::kSocketType, "SOCK_???");
        case Names::SocketFlags: return bits(names::kSocketFlags, "SOCK_???");
        case Names::MessageFlags: return bits(names::kMessageFlags, "MSG_???");
        case Names::ShutdownHow: return one_of(names::kShutdownHow, "SHUT_???");
        case Names::SocketLevel: return one_of(names::kSocketLevel, "SOL_???");
        default: return {};
    }
}

NameSet set_of_terminals(Names names)
{
    switch (names) {
        case Names::TerminalInput: return bits(names::kTerminalInput, "I???");
        case Names::TerminalOutput: return bits(names::kTerminalOutput, "O???");
        case Names::TerminalControl: return bits(names::kTerminalControl, "C???");
        case Names::TerminalLocal: return bits(names::kTerminalLocal, "L???");
        default: return {};
    }
}

NameSet set_of(Names names)
{
    if (names <= Names::MountFlags) return set_of_files(names);
    if (names <= Names::PkeyRights) return set_of_memory(names);
    if (names <= Names::SignalNotify) return set_of_time_and_signals(names);
    if (names <= Names::PidfdFlags) return set_of_threads_and_processes(names);
    if (names <= Names::SocketLevel) return set_of_network(names);
    return set_of_terminals(names);
}

std::string nameless(std::uint64_t value, std::string_view unknown)
{
    return unknown.empty() ? fmt::format("{:#x}", value) : fmt::format("{:#x} /* {} */", value, unknown);
}

std::string describe_bits(const NameSet& set, std::uint64_t value)
{
    std::string text;
    std::uint64_t rest = value;
    for (const Name& name : set.names) {
        // A field of value zero is told by the whole; a bit only once.
        if (!name.fits(name.value == 0 ? value : rest)) continue;
        text += text.empty() ? "" : "|";
        text += name.text;
        rest &= ~name.value;
    }
    if (text.empty()) return value == 0 ? "0" : nameless(value, set.unknown);
    return rest == 0 ? text : text + fmt::format("|{:#x}", rest);
}

}  // namespace

std::string describe(Names names, std::uint64_t value)
{
    const NameSet set = set_of(names);
    const std::uint64_t bits = set.wide ? value : value & kWholeInt;
    if (set.together) return describe_bits(set, bits);
    const auto name = std::ranges::find_if(set.names, [&](const Name& each) { return each.fits(bits); });
    return name == set.names.end() ? nameless(bits, set.unknown) : std::string{name->text};
}

}  // namespace husk::program
