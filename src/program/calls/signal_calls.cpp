#include "program/calls/fresh.hpp"
#include "program/calls/handlers.hpp"
#include "program/calls/waiting.hpp"
#include "program/process/process.hpp"
#include "program/process/signals.hpp"

#include <sys/signalfd.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <shared_mutex>

namespace husk::program {

namespace {

Result rt_sigaction(Thread& thread, const Call& call)
{
    Process& process = thread.process;
    const int signal = call.integer(0);
    const GuestVirt wanted_at = call.address(1), before_at = call.address(2);
    if (call.word(3) != SignalSet::kSize) return -EINVAL;

    std::optional<Action> wanted;
    if (wanted_at.value != 0 && !(wanted = process.memory.get<Action>(wanted_at))) return -EFAULT;
    if (!is_signal(signal) || (wanted && kUnblockable.has(signal))) return -EINVAL;

    Action before;
    bool ignored = false;
    {
        ProcessSignals& signals = process.signals;
        const std::lock_guard lock{signals.mutex};
        before = signals.actions.of(signal);
        if (wanted) {
            signals.actions.set(signal, *wanted);
            signals.host.follow(signal, signals.actions);
            ignored = signals.actions.ignored(signal);
        }
    }
    // POSIX: what is pending is discarded, blocked or not.
    if (ignored) forget_signal(process, signal);
    return before_at.value == 0 || process.memory.put(before_at, before) ? 0 : -EFAULT;
}

Result rt_sigprocmask(Thread& thread, const Call& call)
{
    const UserMemory& memory = thread.process.memory;
    const GuestVirt change_at = call.address(1), before_at = call.address(2);
    if (call.word(3) != SignalSet::kSize) return -EINVAL;

    const SignalSet before = thread.signals.blocked;
    if (change_at.value != 0) {
        const auto change = memory.get<SignalSet>(change_at);
        if (!change) return -EFAULT;
        switch (call.integer(0)) {
            case SIG_BLOCK: set_mask(thread, before | *change); break;
            case SIG_UNBLOCK: set_mask(thread, before.without(*change)); break;
            case SIG_SETMASK: set_mask(thread, *change); break;
            default: return -EINVAL;
        }
    }
    return before_at.value == 0 || memory.put(before_at, before) ? 0 : -EFAULT;
}

Result rt_sigpending(Thread& thread, const Call& call)
{
    const std::uint64_t size = call.word(1);
    if (size > SignalSet::kSize) return -EINVAL;
    ProcessSignals& shared = thread.process.signals;
    SignalSet pending;
    {
        const std::lock_guard lock{shared.mutex};
        pending = (thread.signals.pending.set() | shared.pending.set()) & thread.signals.blocked;
    }
    return thread.process.memory.write(call.address(0), std::as_bytes(std::span{&pending, 1}).first(size)) ? 0 : -EFAULT;
}

Result pause(Thread& thread, const Call&)
{
    return thread.interruptible(SYS_ppoll, 0, 0, 0, 0, 0);
}

Result rt_sigsuspend(Thread& thread, const Call& call)
{
    if (call.word(1) != SignalSet::kSize) return -EINVAL;
    const auto mask = thread.process.memory.get<SignalSet>(call.address(0));
    if (!mask) return -EFAULT;
    set_temporary_mask(thread, *mask);
    return pause(thread, call);
}

/// While it lives, the thread is woken by these signals though it blocks them.
class Awaiting {
public:
    Awaiting(Thread& thread, SignalSet these) : thread_{thread} { set(these); }
    ~Awaiting() { set({}); }
    Awaiting(const Awaiting&) = delete;
    Awaiting& operator=(const Awaiting&) = delete;

private:
    void set(SignalSet these)
    {
        const std::lock_guard lock{thread_.process.signals.mutex};
        thread_.signals.awaited = these;
    }

    Thread& thread_;
};

Result tell(Thread& thread, GuestVirt at, const SignalInfo& info)
{
    return at.value == 0 || thread.process.memory.put(at, info) ? info.si_signo : -EFAULT;
}

Result rt_sigtimedwait(Thread& thread, const Call& call)
{
    const UserMemory& memory = thread.process.memory;
    const GuestVirt info_at = call.address(1), time_at = call.address(2);
    if (call.word(3) != SignalSet::kSize) return -EINVAL;
    const auto wanted = memory.get<SignalSet>(call.address(0));
    std::optional<timespec> time;
    if (!wanted || (time_at.value != 0 && !(time = memory.get<timespec>(time_at)))) return -EFAULT;
    if (time && !valid(*time)) return -EINVAL;

    const SignalSet these = wanted->without(kUnblockable);
    if (const auto info = take_signal(thread, these)) return tell(thread, info_at, *info);
    if (time && time->tv_sec == 0 && time->tv_nsec == 0) return -EAGAIN;

    time = limit_of(thread, call, time);
    const Awaiting awaiting{thread, these};
    std::optional<SignalInfo> info = take_signal(thread, these);  // what came before it was awaited has woken nobody
    const Result waited = info ? 0 : wait(thread, [&] {
        // The time that is left is what the host says it is.
        const Result result = thread.interruptible(SYS_ppoll, 0, 0, time ? &*time : nullptr, 0, 0);
        info = take_signal(thread, these);
        return info ? 0 : result;
    });
    if (info) return tell(thread, info_at, *info);
    return waited == 0 ? -EAGAIN : keep_left(thread, call, waited, time);
}

Result sigaltstack(Thread& thread, const Call& call)
{
    const UserMemory& memory = thread.process.memory;
    const GuestVirt wanted_at = call.address(0), before_at = call.address(1);
    AlternateStack& stack = thread.signals.stack;
    const AlternateStack before = stack.seen_at(thread.user.rsp);
    if (wanted_at.value != 0) {
        const auto wanted = memory.get<AlternateStack>(wanted_at);
        if (!wanted) return -EFAULT;
        if (const Result replaced = stack.replace(*wanted, thread.user.rsp); failed(replaced)) return replaced;
    }
    return before_at.value == 0 || memory.put(before_at, before) ? 0 : -EFAULT;
}

Result rt_sigreturn(Thread& thread, const Call&)
{
    engine::Vcpu& vcpu = thread.vcpu();
    thread.registers_replaced = true;
    const auto resumed = read_frame(thread.process.memory, thread.user, vcpu.supported_xcr0(), vcpu.vector_state_size());
    if (!resumed) {
        raise_segv(thread);
        return 0;
    }
    set_mask(thread, resumed->mask);
    thread.user = resumed->registers;
    const bool loaded = vcpu.set_vector_state(resumed->vector_state);
    // As in Linux a stack that makes no sense is no error here.
    (void)thread.signals.stack.replace(resumed->stack, thread.user.rsp);
    if (!resumed->sound || !loaded) raise_segv(thread);
    return static_cast<Result>(thread.user.rax);
}

Result signalfd(Thread& thread, const Call& call, int flags)
{
    Process& process = thread.process;
    const int fd = call.integer(0);
    if (call.word(2) != SignalSet::kSize || (flags & ~(SFD_CLOEXEC | SFD_NONBLOCK)) != 0) return -EINVAL;
    const auto mask = process.memory.get<SignalSet>(call.address(1));
    if (!mask) return -EFAULT;
    if (fd != -1 && (fd < 0 || fd >= process.descriptor_line)) return -EBADF;

    Result made = 0;
    {
        // One end is Husk's own, and has a low number for a moment.
        const std::unique_lock numbers{process.descriptors};
        const std::lock_guard lock{process.signals.mutex};
        SignalDescriptors& all = process.signals.descriptors;
        const SignalSet set = mask->without(kUnblockable);
        made = fd == -1 ? all.create(set, flags, descriptor_limit(thread), process.descriptor_line) : all.change(fd, set);
    }
    if (!failed(made)) retarget(process);
    return made;
}

constexpr std::array kServed{
    Served{SYS_rt_sigaction, rt_sigaction},
    Served{SYS_rt_sigprocmask, rt_sigprocmask},
    Served{SYS_rt_sigpending, rt_sigpending},
    Served{SYS_rt_sigsuspend, rt_sigsuspend},
    Served{SYS_rt_sigtimedwait, rt_sigtimedwait},
    Served{SYS_rt_sigreturn, rt_sigreturn},
    Served{SYS_sigaltstack, sigaltstack},
    Served{SYS_pause, pause},
    Served{SYS_signalfd, [](Thread& thread, const Call& call) { return signalfd(thread, call, 0); }},
    Served{SYS_signalfd4, [](Thread& thread, const Call& call) { return signalfd(thread, call, call.integer(3)); }},
};

}  // namespace

std::span<const Served> signal_calls()
{
    return kServed;
}

}  // namespace husk::program
