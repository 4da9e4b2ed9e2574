#include "program/abi/refused.hpp"

#include <sched.h>

#include <algorithm>
#include <array>

namespace husk::program {
namespace {

constexpr std::string_view kRings = "its rings make the host's kernel work on requests that Husk has not seen";
constexpr std::string_view kTrace = "it reads and writes other threads and processes past every check";
constexpr std::string_view kOthersMemory = "it reads and writes the memory of other processes";
constexpr std::string_view kOthersDescriptors = "it takes descriptors from other processes, Husk's own among them";
constexpr std::string_view kOthersIdentity = "it tells the host's kernel pointers of other processes apart";
constexpr std::string_view kOthersAdvice = "it acts on the memory of other processes";
constexpr std::string_view kNodes = "it moves the memory of processes between the host's nodes";
constexpr std::string_view kKernelPrograms = "it loads programs into the host's kernel";
constexpr std::string_view kFaults = "it would let the guest stop the host's kernel, and Husk, at any touch of its memory";
constexpr std::string_view kCounters = "it observes the host's processor and kernel";
constexpr std::string_view kProfilers = "it serves profilers of the host's kernel";
constexpr std::string_view kModules = "modules are code in the host's kernel";
constexpr std::string_view kMounts = "what is mounted is the host's affair; grants decide what a guest sees";
constexpr std::string_view kRoot = "grants are relative to the host's root, which a guest does not change";
constexpr std::string_view kNamespaces = "namespaces are the host's affair";
constexpr std::string_view kHandles = "a handle opens a file without its path, past the grants";
constexpr std::string_view kEndOfHost = "it ends the host's kernel";
constexpr std::string_view kSwap = "swap is the host's affair";
constexpr std::string_view kAccounts = "accounts and quotas are the host's affair";
constexpr std::string_view kKeys = "the host's keyrings hold keys of others";
constexpr std::string_view kPorts = "ports of the host's machine are not a guest's";
constexpr std::string_view kSegments = "segments of the guest's machine are Husk's, and 64-bit programs do without";
constexpr std::string_view kClock = "the clock is the host's";
constexpr std::string_view kHostName = "the names are the host's";
constexpr std::string_view kLog = "the log is the host's kernel's";
constexpr std::string_view kTerminal = "the terminal is the host's";
constexpr std::string_view kWatch = "it watches files by their file system, past the grants";
constexpr std::string_view kLibrary = "a library must be opened under a grant";
constexpr std::string_view kGone = "Linux has it no more, or never had";

constexpr auto kRefusals = std::to_array<Refusal>({
    {101, "ptrace", kTrace},
    {103, "syslog", kLog},
    {134, "uselib", kLibrary},
    {136, "ustat", kGone},
    {139, "sysfs", kGone},
    {153, "vhangup", kTerminal},
    {154, "modify_ldt", kSegments},
    {155, "pivot_root", kMounts},
    {156, "_sysctl", kGone},
    {159, "adjtimex", kClock},
    {161, "chroot", kRoot},
    {163, "acct", kAccounts},
    {164, "settimeofday", kClock},
    {165, "mount", kMounts},
    {166, "umount2", kMounts},
    {167, "swapon", kSwap},
    {168, "swapoff", kSwap},
    {169, "reboot", kEndOfHost},
    {170, "sethostname", kHostName},
    {171, "setdomainname", kHostName},
    {172, "iopl", kPorts},
    {173, "ioperm", kPorts},
    {174, "create_module", kModules},
    {175, "init_module", kModules},
    {176, "delete_module", kModules},
    {177, "get_kernel_syms", kModules},
    {178, "query_module", kModules},
    {179, "quotactl", kAccounts},
    {180, "nfsservctl", kGone},
    {181, "getpmsg", kGone},
    {182, "putpmsg", kGone},
    {183, "afs_syscall", kGone},
    {184, "tuxcall", kGone},
    {185, "security", kGone},
    {205, "set_thread_area", kSegments},
    {211, "get_thread_area", kSegments},
    {212, "lookup_dcookie", kProfilers},
    {214, "epoll_ctl_old", kGone},
    {215, "epoll_wait_old", kGone},
    {227, "clock_settime", kClock},
    {236, "vserver", kGone},
    {246, "kexec_load", kEndOfHost},
    {248, "add_key", kKeys},
    {249, "request_key", kKeys},
    {250, "keyctl", kKeys},
    {256, "migrate_pages", kNodes},
    {272, "unshare", kNamespaces},
    {279, "move_pages", kNodes},
    {298, "perf_event_open", kCounters},
    {300, "fanotify_init", kWatch},
    {301, "fanotify_mark", kWatch},
    {303, "name_to_handle_at", kHandles},
    {304, "open_by_handle_at", kHandles},
    {305, "clock_adjtime", kClock},
    {308, "setns", kNamespaces},
    {310, "process_vm_readv", kOthersMemory},
    {311, "process_vm_writev", kOthersMemory},
    {312, "kcmp", kOthersIdentity},
    {313, "finit_module", kModules},
    {320, "kexec_file_load", kEndOfHost},
    {321, "bpf", kKernelPrograms},
    {323, "userfaultfd", kFaults},
    {425, "io_uring_setup", kRings},
    {426, "io_uring_enter", kRings},
    {427, "io_uring_register", kRings},
    {428, "open_tree", kMounts},
    {429, "move_mount", kMounts},
    {430, "fsopen", kMounts},
    {431, "fsconfig", kMounts},
    {432, "fsmount", kMounts},
    {433, "fspick", kMounts},
    {438, "pidfd_getfd", kOthersDescriptors},
    {440, "process_madvise", kOthersAdvice},
    {442, "mount_setattr", kMounts},
    {443, "quotactl_fd", kAccounts},
    {448, "process_mrelease", kOthersAdvice},
    {457, "statmount", kMounts},
    {458, "listmount", kMounts},
});

constexpr std::uint16_t kClone = 56;
constexpr std::uint16_t kPersonality = 135;
// personality(0) is Linux's own; this asks which it is. man 2 personality.
constexpr std::uint64_t kAskPersonality = 0xFFFF'FFFF;
constexpr std::uint64_t kNewNamespaces =
    std::uint64_t{CLONE_NEWNS} | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

}  // namespace

std::span<const Refusal> refusals()
{
    return kRefusals;
}

std::optional<Refusal> refused_by_design(std::uint64_t number)
{
    const auto* const refusal = std::ranges::find(kRefusals, number, &Refusal::number);
    if (refusal == kRefusals.end()) return std::nullopt;
    return *refusal;
}

std::optional<Refusal> refused_by_design(std::uint64_t number, std::span<const std::uint64_t, kMostArguments> values)
{
    const std::uint64_t first = values[0];
    if (number == kClone && (first & kNewNamespaces) != 0) return Refusal{kClone, "clone", kNamespaces};
    const std::uint64_t persona = first & kAskPersonality;  // an unsigned int
    if (number == kPersonality && persona != 0 && persona != kAskPersonality)
        return Refusal{kPersonality, "personality", "programs run as on Linux for x86-64, and no other way"};
    return refused_by_design(number);
}

}  // namespace husk::program
