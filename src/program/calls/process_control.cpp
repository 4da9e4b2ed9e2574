#include "program/calls/arguments.hpp"
#include "program/calls/groups.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <string>

// prctl. Few of its operations are about the calling thread alone and are passed on; of those that would change Husk's process, the
// ones that programs count on are kept for the guest without it, and all others are EINVAL, as in a kernel that does not have them.
namespace husk::program {

namespace {

constexpr std::size_t kNameSize = 16;  ///< TASK_COMM_LEN, with the NUL

template <typename T>
Result tell(Thread& thread, GuestVirt at, T value)
{
    return thread.process.memory.put(at, value) ? 0 : -EFAULT;
}

/// Writes an int that is always the same.
template <int kValue>
Result tell_always(Thread& thread, const Call& call)
{
    return tell(thread, call.address(1), kValue);
}

Result as_it_is(Thread&, const Call& call)
{
    return host_call(SYS_prctl, call.word(0), call.word(1), call.word(2), call.word(3), call.word(4));
}

/// It is the host thread's, for who looks at it there, and in /proc/self if it is the first's.
Result take_name(Thread& thread, const char* name)
{
    if (thread.first) {
        const std::lock_guard lock{thread.process.threads_mutex};
        thread.process.name = name;
    }
    return host_call(SYS_prctl, PR_SET_NAME, name);
}

/// PR_SET_NAME: at most 15 bytes, and a longer name is cut.
Result set_name(Thread& thread, const Call& call)
{
    const auto whole = thread.process.memory.string(call.address(1), kNameSize - 1);
    if (whole) return take_name(thread, whole->c_str());
    if (whole.error() != ENAMETOOLONG) return -whole.error();
    auto name = thread.process.memory.get<std::array<char, kNameSize>>(call.address(1));
    if (!name) return -EFAULT;
    name->back() = '\0';
    return take_name(thread, name->data());
}

Result get_name(Thread& thread, const Call& call)
{
    std::array<char, kNameSize> name{};
    host_call(SYS_prctl, PR_GET_NAME, name.data());
    return tell(thread, call.address(1), name);
}

/// Whether Husk's process leaves core files is not the guest's to say: they would have more in them than the guest.
Result set_dumpable(Thread& thread, const Call& call)
{
    if (call.word(1) > 1) return -EINVAL;
    thread.process.standing.dumpable = call.word(1) == 1;
    return 0;
}

Result get_dumpable(Thread& thread, const Call&)
{
    return thread.process.standing.dumpable ? 1 : 0;
}

bool rest_is_zero(const Call& call, std::size_t from)
{
    return std::all_of(call.arguments.begin() + static_cast<std::ptrdiff_t>(from), call.arguments.begin() + 5,
                       [](std::uint64_t word) { return word == 0; });
}

Result set_no_new_privileges(Thread& thread, const Call& call)
{
    if (call.word(1) != 1 || !rest_is_zero(call, 2)) return -EINVAL;
    thread.process.standing.no_new_privileges = true;
    return 0;
}

Result get_no_new_privileges(Thread& thread, const Call& call)
{
    if (!rest_is_zero(call, 1)) return -EINVAL;
    return thread.process.standing.no_new_privileges ? 1 : host_call(SYS_prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
}

/// A guest has no capabilities, so none is in any of its sets.
Result read_capability(Thread&, const Call& call)
{
    return call.word(1) > CAP_LAST_CAP ? -EINVAL : 0;
}

Result ambient_capabilities(Thread&, const Call& call)
{
    switch (call.word(1)) {
        case PR_CAP_AMBIENT_CLEAR_ALL: return 0;
        case PR_CAP_AMBIENT_IS_SET:
        case PR_CAP_AMBIENT_LOWER: return call.word(2) > CAP_LAST_CAP ? -EINVAL : 0;
        case PR_CAP_AMBIENT_RAISE: return -EPERM;
        default: return -EINVAL;
    }
}

/// PR_SET_VMA: a name for anonymous memory, which nobody sees.
Result name_memory(Thread&, const Call& call)
{
    return call.word(1) == PR_SET_VMA_ANON_NAME ? 0 : -EINVAL;
}

/// PR_SET_TIMING and PR_SET_TSC: only what is so already.
template <std::uint64_t kOnly>
Result only(Thread&, const Call& call)
{
    return call.word(1) == kOnly ? 0 : -EINVAL;
}

struct Operation {
    int number;
    Handler handler;
};
constexpr auto kOperations = std::to_array<Operation>({
    {PR_SET_NAME, set_name},
    {PR_GET_NAME, get_name},
    {PR_SET_TIMERSLACK, as_it_is},
    {PR_GET_TIMERSLACK, as_it_is},
    {PR_SET_DUMPABLE, set_dumpable},
    {PR_GET_DUMPABLE, get_dumpable},
    {PR_SET_NO_NEW_PRIVS, set_no_new_privileges},
    {PR_GET_NO_NEW_PRIVS, get_no_new_privileges},
    {PR_SET_VMA, name_memory},
    {PR_CAPBSET_READ, read_capability},
    {PR_CAPBSET_DROP, answer<-EPERM>},
    {PR_CAP_AMBIENT, ambient_capabilities},
    {PR_GET_KEEPCAPS, answer<0>},
    {PR_SET_KEEPCAPS, only<0>},
    {PR_GET_SECUREBITS, answer<0>},
    {PR_SET_SECUREBITS, answer<-EPERM>},
    {PR_GET_SECCOMP, answer<0>},  // Husk's own filter is not the guest's
    {PR_GET_PDEATHSIG, tell_always<0>},
    {PR_GET_CHILD_SUBREAPER, tell_always<0>},
    {PR_GET_THP_DISABLE, answer<0>},
    {PR_GET_TIMING, answer<PR_TIMING_STATISTICAL>},
    {PR_SET_TIMING, only<PR_TIMING_STATISTICAL>},
    {PR_GET_TSC, tell_always<PR_TSC_ENABLE>},
    {PR_SET_TSC, only<PR_TSC_ENABLE>},
    {PR_SET_MM, answer<-EPERM>},
});

/// prctl(operation, …)
Result control(Thread& thread, const Call& call)
{
    const auto* const found = std::ranges::find(kOperations, call.integer(0), &Operation::number);
    return found == kOperations.end() ? -EINVAL : found->handler(thread, call);
}

constexpr auto kCalls = std::to_array<Served>({
    {SYS_prctl, control},
});

}  // namespace

std::span<const Served> process_control_calls()
{
    return kCalls;
}

}  // namespace husk::program
