// What the program's threads do for a debugger.
#include "program/debug/control.hpp"

#include "program/debug/signal_numbers.hpp"
#include "program/process/signals.hpp"

#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <utility>

namespace husk::program {

namespace {

using debug::gdb::Signal;
using x86::Rflags;

Control::Report trap(std::string reason)
{
    return {.number = static_cast<int>(Signal::Trap), .reason = std::move(reason)};
}

Control::Report at_watchpoint(const Breakpoint& watchpoint)
{
    const std::uint64_t at = watchpoint.at.value;
    switch (watchpoint.on) {
        case Breakpoint::On::Write: return trap(fmt::format("watch:{:x};", at));
        case Breakpoint::On::Read: return trap(fmt::format("rwatch:{:x};", at));
        case Breakpoint::On::Access: return trap(fmt::format("awatch:{:x};", at));
        case Breakpoint::On::Execute: break;
    }
    return trap({});
}

}  // namespace

Control::Control(Process& process) : process_{process}, abilities_{process.vm->vcpu().debug_abilities()}, planted_{process} {}

HeldThread& Control::of(Thread& thread)
{
    const std::lock_guard lock{mutex_};
    HeldThread& held = held_[&thread];
    // Another thread may have been where this one is.
    if (held.state == HeldThread::State::Ended) held = HeldThread{};
    held.thread = &thread;
    return held;
}

void Control::before(Thread& thread)
{
    if (let_go_) return thread.vcpu().set_debug({});
    HeldThread& held = of(thread);
    for (;;) {
        if (stopping()) hold(thread, held);
        if (thread.process.ending()) return;
        // Signals that came while it was held, and that which the debugger sends.
        if (thread.interrupted()) before_return(thread);
        if (thread.process.ending()) return;
        if (let_go_) return thread.vcpu().set_debug({});
        if (std::exchange(held.in_handler, false) && held.step)
            stop(thread, held, {trap({})});
        else if (!stopping() && at_hardware_breakpoint(thread))
            stop(thread, held, {trap("hwbreak:;")});
        else if (!stopping())
            break;
    }
    arm(thread, held);
}

/// The next instruction, and what is to be seen of it.
void Control::arm(Thread& thread, HeldThread& held)
{
    held.traps_itself = thread.user.rflags.has(Rflags::TF);
    held.trapped = held.step || in_registers_.by_stepping;
    thread.vcpu().set_debug({.watches = in_registers_.watches});
    if (!held.trapped) return;
    if (in_registers_.by_stepping) held.looked_at.before(thread, watchpoints_);
    thread.user.rflags = thread.user.rflags | Rflags::TF;
}

bool Control::after(Thread& thread, const entry::Event& event)
{
    if (let_go_) return false;
    HeldThread& held = of(thread);
    const bool call = std::holds_alternative<entry::events::SystemCall>(event);
    if (held.trapped && !held.traps_itself) {
        thread.user.rflags = thread.user.rflags.without(Rflags::TF);
        // SYSCALL has put them there, too.
        if (call) thread.user.r11 = Flags<Rflags>{thread.user.r11}.without(Rflags::TF).word();
    }
    // What a system call writes no debug register sees.
    if (call && !in_registers_.by_stepping) held.looked_at.before(thread, watchpoints_);
    held.call_done = call && (held.trapped || !watchpoints_.empty());
    if (const auto* const watch = std::get_if<entry::events::Watched>(&event)) return watched(thread, held, *watch);
    if (const auto* const raised = std::get_if<entry::events::Exception>(&event)) return exception(thread, held, *raised);
    return false;
}

bool Control::exception(Thread& thread, HeldThread& held, const entry::events::Exception& raised)
{
    if (raised.vector == x86::kBreakpoint && planted_.has(thread.user.rip - 1)) {
        --thread.user.rip;
        stop(thread, held, {trap("swbreak:;")});
        return true;
    }
    if (raised.vector != x86::kDebugException || !held.trapped) return false;
    step_done(thread, held, false);
    return !held.traps_itself;
}

/// By a debug register of the processor's.
bool Control::watched(Thread& thread, HeldThread& held, const entry::events::Watched& watch)
{
    if (!watch.data)
        stop(thread, held, {trap("hwbreak:;")});
    else if (const Breakpoint* const met = watchpoint_at(watchpoints_, *watch.data))
        stop(thread, held, {.report = at_watchpoint(*met), .again = true});
    return true;
}

void Control::served(Thread& thread)
{
    if (let_go_ || thread.finished || thread.process.ending()) return;
    HeldThread& held = of(thread);
    if (std::exchange(held.call_done, false))
        step_done(thread, held, true);
    else if (std::exchange(held.in_handler, false) && held.step)
        stop(thread, held, {trap({})});
}

void Control::step_done(Thread& thread, HeldThread& held, bool system_call)
{
    if (const Breakpoint* const watchpoint = held.looked_at.behind(thread, system_call))
        stop(thread, held, {.report = at_watchpoint(*watchpoint), .again = true});
    else if (held.step)
        stop(thread, held, {trap({})});
}

std::optional<SignalInfo> Control::signal(Thread& thread, const SignalInfo& info)
{
    if (let_go_) return info;
    HeldThread& held = of(thread);
    SignalInfo delivered = info;
    if (std::exchange(held.passed, 0) != info.si_signo) {
        stop(thread, held, {.report = {.number = gdb_signal(info.si_signo), .reason = {}}, .signal = &info, .again = true});
        if (thread.process.ending()) return std::nullopt;
        held.in_signal = false;
        const int instead = let_go_ ? info.si_signo : std::exchange(held.deliver, 0);
        if (instead == 0) return std::nullopt;
        if (instead != info.si_signo) delivered = sent_by(instead, SI_USER, process_.pid, ::getuid());
    }
    const std::lock_guard lock{process_.signals.mutex};
    held.in_handler = process_.signals.actions.handled(delivered.si_signo);
    return delivered;
}

void Control::ended(Thread& thread)
{
    const std::lock_guard lock{mutex_};
    if (const auto found = held_.find(&thread); found != held_.end()) found->second.state = HeldThread::State::Ended;
    changed_.notify_all();
}

/// Has every thread held and the debugger told why. If it is told of another thread's stop, it is told of this one, with `again`,
/// when the thread has been let go on.
void Control::stop(Thread& thread, HeldThread& held, const Stop& why)
{
    for (bool told = false; !told;) {
        {
            const std::lock_guard lock{mutex_};
            if (let_go_ || process_.ending()) return;
            told = !told_;
            if (told) {
                told_ = why.report;
                told_->thread = thread.tid;
                told_signal_ = why.signal != nullptr ? std::optional{*why.signal} : std::nullopt;
                held.in_signal = why.signal != nullptr;
                stopping_ = true;
                interrupt_running(&thread);
            }
        }
        hold(thread, held);
        if (!why.again) return;
    }
}

void Control::hold(Thread& thread, HeldThread& held)
{
    const bool not_made = thread.call_not_made;
    held.looked_at.forget();
    {
        const std::lock_guard lock{mutex_};
        held.capture();
        held.state = HeldThread::State::Held;
        held.released = false;
        changed_.notify_all();
    }
    while (!wait_for_release(thread, held)) thread.interruptible(SYS_ppoll, 0, 0, 0, 0, 0);
    thread.call_not_made = not_made;
    thread.attend();
    held.apply();
    if (const int signal = std::exchange(held.inject, 0); signal != 0) inject(thread, held, signal);
}

void Control::inject(Thread& thread, HeldThread& held, int signal)
{
    (void)send_to_thread(thread, sent_by(signal, SI_USER, process_.pid, ::getuid()));
    const std::lock_guard lock{process_.signals.mutex};
    held.passed = thread.signals.pending.set().has(signal) ? signal : 0;  // it may be one that is ignored
}

bool Control::wait_for_release(Thread& thread, HeldThread& held)
{
    (void)thread.attended();
    const std::lock_guard lock{mutex_};
    if (!held.released && !let_go_ && !process_.ending()) return false;
    held.state = HeldThread::State::Running;
    return true;
}

bool Control::at_hardware_breakpoint(const Thread& thread) const
{
    return std::ranges::any_of(hardware_, [&](const Breakpoint& each) { return each.at.value == thread.user.rip; });
}

/// With mutex_ held.
void Control::interrupt_running(const Thread* but)
{
    for (const auto& [thread, held] : held_)
        if (thread != but && held.state == HeldThread::State::Running) held.thread->interrupt();
}

}  // namespace husk::program
