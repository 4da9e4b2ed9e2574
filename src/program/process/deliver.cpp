#include "program/process/process.hpp"
#include "program/process/signals.hpp"
#include "program/process/snapshot.hpp"
#include "program/signals/restart.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace husk::program {

namespace {

constexpr std::uint64_t kSyscallLength = 2;  // bytes of SYSCALL

std::optional<SignalInfo> take_any(Thread& thread, SignalSet blocked)
{
    ProcessSignals& shared = thread.process.signals;
    std::optional<SignalInfo> info = thread.signals.pending.take(blocked);
    if (!info) info = shared.pending.take(blocked);
    if (info && info->si_code == SI_TIMER) shared.timers.delivered(info->si_timerid, info->si_overrun);
    return info;
}

std::optional<SignalInfo> take_next(Thread& thread)
{
    const std::lock_guard lock{thread.process.signals.mutex};
    return take_any(thread, thread.signals.blocked);
}

/// What the program wants done with a signal that has been taken; nothing, if it ignores it and it was blocked when it came.
std::optional<Action> take_action(Thread& thread, int signal)
{
    ProcessSignals& shared = thread.process.signals;
    const std::lock_guard lock{shared.mutex};
    if (shared.actions.ignored(signal)) return std::nullopt;
    const Action action = shared.actions.of(signal);
    if (shared.actions.handled(signal) && action.has(SA_RESETHAND)) {
        shared.actions.reset(signal);
        shared.host.follow(signal, shared.actions);
    }
    return action;
}

/// Queues a signal that cannot be refused: blocked or ignored it is as if the program had left it alone, which ends it.
void force(Thread& thread, const SignalInfo& info, bool to_the_end, bool from_exception = false)
{
    thread.signals.from_exception = from_exception;
    ProcessSignals& shared = thread.process.signals;
    const std::lock_guard lock{shared.mutex};
    const int signal = info.si_signo;
    if (to_the_end || thread.signals.blocked.has(signal) || shared.actions.of(signal).handler == Action::kIgnore)
        shared.actions.reset(signal);
    thread.signals.blocked.remove(signal);
    (void)thread.signals.pending.add(info);  // a fault's signal is always a standard one of the kernel's
    thread.attend();
}

/// The program stops until SIGCONT. The process of `husk run` stops with it, so that a shell sees it; a process that has a program
/// within does not, nor one that a debugger talks to.
void stop_program(Thread& thread, int signal)
{
    Process& process = thread.process;
    if (process.signals.host.taken() && (process.debugger == nullptr || !process.debugger->attached())) {
        host_call(SYS_tgkill, static_cast<int>(::getpid()), static_cast<int>(host_call(SYS_gettid)), signal);
        return;
    }
    process.signals.stopped = true;
    const std::lock_guard lock{process.threads_mutex};
    for (const auto& each : process.threads) each->interrupt();
}

void wait_while_stopped(Thread& thread)
{
    const Process& process = thread.process;
    while (process.signals.stopped && !process.wants_threads_out()) {
        (void)thread.attended();
        if (process.signals.stopped && !process.wants_threads_out()) thread.interruptible(SYS_ppoll, 0, 0, 0, 0, 0);
    }
}

void start_handler(Thread& thread, const SignalInfo& info, const Action& action)
{
    ThreadSignals& mine = thread.signals;
    const int signal = info.si_signo;
    const std::vector<std::byte> vector_state = thread.vcpu().vector_state();
    const std::optional<x86::Registers> handler = write_frame(thread.process.memory,
                                                              {.registers = thread.user,
                                                               .vector_state = vector_state,
                                                               .states = thread.vcpu().supported_xcr0(),
                                                               .mask = mine.saved.value_or(mine.blocked),
                                                               .stack = mine.stack,
                                                               .exception = mine.exception},
                                                              action, info);
    if (!handler) {
        force(thread, sent_by(SIGSEGV, SI_KERNEL, 0, 0), signal == SIGSEGV);
        return;
    }
    thread.user = *handler;
    thread.registers_replaced = true;
    (void)thread.vcpu().set_vector_state(initial_vector_state(vector_state.size()));

    mine.saved.reset();  // the frame has it
    if ((mine.stack.flags & AlternateStack::kAutoDisarm) != 0) mine.stack = {};
    SignalSet blocked = mine.blocked | action.mask;
    if (!action.has(SA_NODEFER)) blocked.add(signal);
    set_mask(thread, blocked);
}

/// The call, if there is one, that the handler finds ended, or yet to be made.
void settle_call(Thread& thread, std::optional<Call>& call, const Action& action)
{
    const std::optional<Call> interrupted = std::exchange(call, std::nullopt);
    if (!interrupted) return;
    const Restart restart = restart_of(interrupted->number, interrupted->arguments);
    // A call that waits for a signal has had it; any other that was not made has not been interrupted.
    const bool wanted = action.has(SA_RESTART) || thread.call_not_made;
    if (restart == Restart::Always || (restart == Restart::IfWanted && wanted))
        make_again(thread, *interrupted);
    else
        thread.wait_left.reset();
}

/// What is delivered instead of `info`, by a debugger, which sees a call that was interrupted as one that is yet to be made: it may
/// have the program do something else in between.
std::optional<SignalInfo> ask(Debugger& debugger, Thread& thread, std::optional<Call>& call, const SignalInfo& info)
{
    if (!call || restart_of(call->number, call->arguments) == Restart::Final) return debugger.signal(thread, info);
    make_again(thread, *call);
    const x86::Registers shown = thread.user;
    const std::optional<SignalInfo> instead = debugger.signal(thread, info);
    if (thread.user == shown) {
        thread.user.rip += kSyscallLength;
        thread.user.rax = static_cast<std::uint64_t>(Result{-EINTR});
    } else {
        call.reset();
    }
    return instead;
}

/// True if the host may have raised a signal for what the call did. A write that was done in part has the signal with it.
bool may_have_raised(const Call& call, Result result)
{
    if (result == -EPIPE || result == -EFBIG) return true;
    if (failed(result)) return false;
    switch (call.number) {
        case SYS_write: return static_cast<std::uint64_t>(result) < call.word(2);
        case SYS_sendfile: return static_cast<std::uint64_t>(result) < call.word(3);
        case SYS_writev:
        case SYS_splice:
        case SYS_vmsplice:
        case SYS_tee: return true;
        default: return false;
    }
}

}  // namespace

void before_return(Thread& thread)
{
    if (thread.process.signals.host.has_caught()) hand_on_caught(thread.process);
    std::optional<Call> call = std::exchange(thread.interrupted_call, std::nullopt);
    if (!thread.attended() && !call && !thread.signals.saved) return;
    // A call that was not interrupted has had its mask.
    if (!call) restore_mask(thread);

    Process& process = thread.process;
    wait_while_stopped(thread);
    while (!process.ending()) {
        std::optional<SignalInfo> info = take_next(thread);
        if (!info) break;
        if (process.debugger != nullptr) info = ask(*process.debugger, thread, call, *info);
        const std::optional<Action> action = info ? take_action(thread, info->si_signo) : std::nullopt;
        if (!action) continue;
        const int signal = info->si_signo;
        if (process.watcher) process.watcher->signal(thread, *info);
        if (action->handler != Action::kDefault) {
            settle_call(thread, call, *action);
            start_handler(thread, *info, *action);
        } else if (default_of(signal) == Default::Stop) {
            stop_program(thread, signal);
            wait_while_stopped(thread);
        } else {
            end_by(thread, *info);
        }
    }
    if (call && restart_of(call->number, call->arguments) != Restart::Final) make_again(thread, *call);
    restore_mask(thread);
}

void make_again(Thread& thread, const Call& call)
{
    thread.user.rip -= kSyscallLength;
    thread.user.rax = call.number;
    thread.registers_replaced = true;
}

void answered(Thread& thread, const Call& call, Result result)
{
    if (thread.registers_replaced) return;  // by rt_sigreturn, whose result is not an answer
    if (result == -EINTR) thread.interrupted_call = call;
    if (!may_have_raised(call, result)) return;
    while (const int signal = RaisedSignals::take())
        (void)send_to_thread(thread, sent_by(signal, SI_USER, thread.process.pid, ::getuid()));
}

void raise_fault(Thread& thread, int signal, int code, std::uint64_t address, int trap, std::uint64_t error)
{
    LastException& last = thread.signals.exception;
    last = {.vector = static_cast<std::uint64_t>(trap), .error = error, .cr2 = trap == x86::kPageFault ? address : last.cr2};
    SignalInfo info = sent_by(signal, code, 0, 0);
    info.si_addr = std::bit_cast<void*>(address);
    force(thread, info, false, true);
}

void raise_segv(Thread& thread)
{
    force(thread, sent_by(SIGSEGV, SI_KERNEL, 0, 0), false);
}

bool has_to_deliver(Thread& thread)
{
    ProcessSignals& shared = thread.process.signals;
    if (shared.stopped) return true;
    const std::lock_guard lock{shared.mutex};
    const SignalSet pending = (thread.signals.pending.set() | shared.pending.set()).without(thread.signals.blocked);
    for (SignalSet left = pending; !left.empty(); left.remove(left.first()))
        if (!shared.actions.ignored(left.first())) return true;
    return false;
}

std::optional<SignalInfo> take_signal(Thread& thread, SignalSet these)
{
    const std::lock_guard lock{thread.process.signals.mutex};
    return take_any(thread, ~these);
}

}  // namespace husk::program
