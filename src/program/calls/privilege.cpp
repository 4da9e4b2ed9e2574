#include "program/calls/arguments.hpp"
#include "program/calls/groups.hpp"

#include <asm/prctl.h>
#include <linux/capability.h>
#include <sys/syscall.h>

#include <array>

// What a process may do and what it runs as: capabilities, umask, personality, and the bases of FS and GS.
namespace husk::program {

namespace {

using namespace kinds;

constexpr std::size_t kWordsOfSets = _LINUX_CAPABILITY_U32S_3;
using CapabilitySets = std::array<__user_cap_data_struct, kWordsOfSets>;

/// How many words the sets have in the version that a header names; 0: an unknown one, and the header says which there is.
tl::expected<std::size_t, Result> words_of_sets(Thread& thread, GuestVirt at, __user_cap_header_struct& header)
{
    const auto copied = thread.process.memory.get<__user_cap_header_struct>(at);
    if (!copied) return tl::unexpected{Result{-EFAULT}};
    header = *copied;
    if (header.version == _LINUX_CAPABILITY_VERSION_1) return _LINUX_CAPABILITY_U32S_1;
    if (header.version == _LINUX_CAPABILITY_VERSION_2 || header.version == _LINUX_CAPABILITY_VERSION_3) return kWordsOfSets;
    const __u32 known = _LINUX_CAPABILITY_VERSION_3;
    if (!thread.process.memory.put(at, known)) return tl::unexpected{Result{-EFAULT}};
    return std::size_t{0};
}

bool own(Thread& thread, int pid)
{
    return pid == 0 || pid == thread.process.pid || pid == thread.tid || thread.process.find(pid);
}

/// capget(header, sets): a guest has none.
Result get_capabilities(Thread& thread, const Call& call)
{
    __user_cap_header_struct header{};
    const auto words = words_of_sets(thread, call.address(0), header);
    if (!words) return words.error();
    const bool asks_version = call.address(1).value == 0;
    if (*words == 0) return asks_version ? 0 : -EINVAL;
    if (header.pid < 0) return -EINVAL;
    if (asks_version) return 0;
    if (!own(thread, header.pid)) return -ESRCH;
    const CapabilitySets none{};
    return thread.process.memory.write(call.address(1), std::as_bytes(std::span{none}.first(*words))) ? 0 : -EFAULT;
}

/// capset(header, sets): to none it may.
Result set_capabilities(Thread& thread, const Call& call)
{
    __user_cap_header_struct header{};
    const auto words = words_of_sets(thread, call.address(0), header);
    if (!words) return words.error();
    if (*words == 0) return -EINVAL;
    if (!own(thread, header.pid)) return -EPERM;
    CapabilitySets sets{};
    if (!thread.process.memory.read(call.address(1), std::as_writable_bytes(std::span{sets}.first(*words)))) return -EFAULT;
    for (const auto& set : sets)
        if ((set.effective | set.permitted | set.inheritable) != 0) return -EPERM;
    return 0;
}

/// umask(mask)
Result set_umask(Thread& thread, const Call& call)
{
    constexpr unsigned kPermissions = 0777;
    const unsigned mask = static_cast<unsigned>(call.integer(0)) & kPermissions;
    Standing& standing = thread.process.standing;
    if (standing.owns_process) return host_call(SYS_umask, mask);
    return standing.umask.exchange(mask);
}

/// personality(persona): Linux's own, as it is.
Result personality(Thread&, const Call& call)
{
    constexpr std::uint32_t kAsk = ~0u;
    const auto persona = static_cast<std::uint32_t>(call.integer(0));
    return persona == kAsk || persona == 0 ? 0 : -EINVAL;
}

/// Linux's TASK_SIZE_MAX: one page before the upper half.
constexpr bool may_be_base(std::uint64_t base)
{
    constexpr std::uint64_t kUpperHalf = std::uint64_t{1} << 47;
    return base < kUpperHalf - kPageSize;
}

/// arch_prctl(operation, address)
Result control_architecture(Thread& thread, const Call& call)
{
    constexpr int kGetCpuid = 0x1011;  // ARCH_GET_CPUID
    switch (call.integer(0)) {
        case ARCH_SET_FS:
        case ARCH_SET_GS: {
            if (!may_be_base(call.word(1))) return -EPERM;
            const auto set = call.integer(0) == ARCH_SET_FS ? &engine::Vcpu::set_fs_base : &engine::Vcpu::set_gs_base;
            (thread.vcpu().*set)(call.word(1));
            return 0;
        }
        case ARCH_GET_FS: return thread.process.memory.put(call.address(1), thread.vcpu().fs_base()) ? 0 : -EFAULT;
        case ARCH_GET_GS: return thread.process.memory.put(call.address(1), thread.vcpu().gs_base()) ? 0 : -EFAULT;
        case kGetCpuid: return 1;  // CPUID does not fault
        default: return -EINVAL;   // shadow stacks and AMX among them
    }
}

constexpr auto kCalls = std::to_array<Served>({
    {SYS_capget, get_capabilities},
    {SYS_capset, set_capabilities},
    {SYS_umask, set_umask},
    {SYS_personality, personality},
    {SYS_arch_prctl, control_architecture},
});

}  // namespace

std::span<const Served> privilege_calls()
{
    return kCalls;
}

}  // namespace husk::program
