#include "program/process/debugger.hpp"
#include "program/process/process.hpp"
#include "program/process/signals.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace husk::program {

namespace {

/// Holds what a sender needs, in the order in which it is taken.
class Locked {
public:
    explicit Locked(Process& process) : threads_{process.threads_mutex}, signals_{process.signals.mutex} {}

private:
    std::lock_guard<std::mutex> threads_;
    std::lock_guard<std::mutex> signals_;
};

void forget(Process& process, SignalSet these)
{
    process.signals.pending.forget(these);
    for (const auto& thread : process.threads) thread->signals.pending.forget(these);
}

/// SIGCONT and those that stop undo each other when they are sent, whatever becomes of them then.
void undo_opposite(Process& process, int signal)
{
    if (kStopping.has(signal)) forget(process, SignalSet::of(SIGCONT));
    if (signal != SIGCONT) return;
    forget(process, kStopping);
    if (!process.signals.stopped.exchange(false)) return;
    for (const auto& thread : process.threads) thread->interrupt();
}

/// The thread that is to take a signal of the process: the first, as a rule; or nothing, if all block it.
Thread* taker(Process& process, int signal)
{
    const auto found =
        std::ranges::find_if(process.threads, [signal](const auto& thread) { return thread->signals.wants(signal); });
    return found == process.threads.end() ? nullptr : found->get();
}

/// Signals that every thread holds back: only a signalfd takes them.
SignalSet held_by_all(const Process& process)
{
    SignalSet held = ~SignalSet{};
    for (const auto& thread : process.threads) held = held & thread->signals.blocked.without(thread->signals.awaited);
    return held;
}

void feed_descriptors(Process& process)
{
    ProcessSignals& signals = process.signals;
    if (signals.descriptors.empty()) return;
    signals.descriptors.feed(signals.pending, held_by_all(process));
    for (const auto& thread : process.threads)
        signals.descriptors.feed(thread->signals.pending, thread->signals.blocked.without(thread->signals.awaited));
}

/// `only` is the thread it is sent to; nobody: to the process.
Result send(Process& process, Thread* only, const SignalInfo& info)
{
    const int signal = info.si_signo;
    undo_opposite(process, signal);
    Thread* const looked_at = only != nullptr || process.threads.empty() ? only : process.threads.front().get();
    const bool kept = looked_at != nullptr && looked_at->signals.blocked.has(signal);  // also while it is waited for
    if (process.signals.actions.ignored(signal) && !kept) return 0;

    if (!(only != nullptr ? only->signals.pending : process.signals.pending).add(info)) return -EAGAIN;
    Thread* const to = only != nullptr ? (only->signals.wants(signal) ? only : nullptr) : taker(process, signal);
    if (to != nullptr)
        to->interrupt();
    else
        feed_descriptors(process);
    return 0;
}

Result send_locked(Process& process, Thread* only, const SignalInfo& info)
{
    if (info.si_signo == SIGKILL) {
        process.end(stops::Signalled{SIGKILL});
        return 0;
    }
    const Locked locked{process};
    return send(process, only, info);
}

/// A timer that expires again while its signal waits is counted in it.
void expire(Process& process, int id, int overruns)
{
    const std::optional<Notice> notice = process.signals.timers.notice(id);
    if (!notice) return;
    SignalInfo info = sent_by(notice->signal, SI_KERNEL, 0, 0);
    std::shared_ptr<Thread> thread;
    if (!Timers::is_interval(id)) {
        info.si_code = SI_TIMER;
        info.si_timerid = id;
        info.si_overrun = overruns;
        info.si_value = notice->value;
        if (notice->how == SIGEV_THREAD_ID && !(thread = process.find(notice->tid))) return;
    }
    if (info.si_signo == SIGKILL) return process.end(stops::Signalled{SIGKILL});

    const Locked locked{process};
    PendingSignals& pending = thread ? thread->signals.pending : process.signals.pending;
    SignalInfo* const waiting = Timers::is_interval(id) ? nullptr : pending.of_timer(id);
    if (waiting == nullptr) {
        send(process, thread.get(), info);
        return;
    }
    const std::int64_t sum = std::int64_t{waiting->si_overrun} + 1 + overruns;
    waiting->si_overrun = static_cast<int>(std::min<std::int64_t>(sum, INT_MAX));  // DELAYTIMER_MAX
}

bool asks_to_end(int signal)
{
    return signal == SIGINT || signal == SIGTERM || signal == SIGHUP || signal == SIGQUIT;
}

}  // namespace

void start_signals(Process& process)
{
    process.signals.helper.set_sink({
        .timer = [&process](int id, int overruns) { expire(process, id, overruns); },
        .woken = [&process] { hand_on_caught(process); },
    });
    if (process.config.owns_process) process.signals.host.take(process.signals.actions);
}

void hand_on_caught(Process& process)
{
    process.signals.host.hand_on([&process](const SignalInfo& info) {
        // It could not be delivered before a debugger comes, and none may.
        if (asks_to_end(info.si_signo) && process.debugger != nullptr && process.debugger->ends_it(info.si_signo))
            return process.end(stops::Signalled{info.si_signo});
        (void)send_to_process(process, info);
    });
}

void stop_signals(Process& process)
{
    process.signals.timers.clear();
    process.signals.host.give_back();
    process.signals.helper.stop();
}

Result send_to_thread(Thread& thread, const SignalInfo& info)
{
    return send_locked(thread.process, &thread, info);
}

Result send_to_process(Process& process, const SignalInfo& info)
{
    return send_locked(process, nullptr, info);
}

void retarget(Process& process)
{
    const Locked locked{process};
    for (SignalSet left = process.signals.pending.set(); !left.empty(); left.remove(left.first()))
        if (Thread* const to = taker(process, left.first())) to->interrupt();
    feed_descriptors(process);
}

Result remove_timer(Process& process, int id)
{
    const Result removed = process.signals.timers.remove(id);
    if (failed(removed)) return removed;
    const Locked locked{process};
    process.signals.pending.forget_timer(id);
    for (const auto& thread : process.threads) thread->signals.pending.forget_timer(id);
    return 0;
}

bool reads_signals(Process& process, int fd)
{
    SignalDescriptors& all = process.signals.descriptors;
    if (!all.ever_used()) return false;
    const std::lock_guard lock{process.signals.mutex};
    return all.has(fd);
}

void forget_signal(Process& process, int signal)
{
    const Locked locked{process};
    forget(process, SignalSet::of(signal));
}

}  // namespace husk::program
