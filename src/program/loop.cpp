#include "program/loop.hpp"

#include "program/answer.hpp"
#include "program/calls/robust_list.hpp"
#include "program/process/process.hpp"
#include "program/process/signals.hpp"

#include <husk/guest.h>
#include <husk/error.hpp>

#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <atomic>
#include <csignal>
#include <optional>

namespace husk::program {

namespace {

/// Kicks the processor that this host thread runs: the interrupt signal's second half.
thread_local engine::Vcpu* running = nullptr;

void kick_running()
{
    if (engine::Vcpu* const vcpu = running) vcpu->kick();
}

class Running {
public:
    explicit Running(engine::Vcpu& vcpu, engine::Deadline deadline = engine::kNever) : entered_{vcpu, deadline} { running = &vcpu; }
    ~Running() { running = nullptr; }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

private:
    engine::Entered entered_;
};

/// In which ring SYSCALL arrives: all machines of one KVM are alike, so it is tried once.
enum Ring : int { kUnknown, kLeaves, kStays };
std::atomic<int> ring_on_kvm{kUnknown};

bool knows_ring(const Thread& thread)
{
    return thread.process.vm->follows_host_mappings() && ring_on_kvm != kUnknown;
}

void find_ring(Thread& thread)
{
    entry::Processor& processor = thread.processor();
    if (knows_ring(thread))
        processor.set_system_calls_stay_in_ring3(ring_on_kvm == kStays);
    else
        processor.find_system_call_ring();
    const bool stays = processor.system_calls_stay_in_ring3();
    if (thread.process.vm->follows_host_mappings()) ring_on_kvm = stays ? kStays : kLeaves;
    thread.process.system_calls_stay_in_ring3 = stays;
    entry::open_call_data(thread.process.space.reservation(), stays);
    thread.must_find_ring = false;
}

/// Where a thread stops that is to be frozen: thread.user is what it goes on with.
void park(Thread& thread)
{
    std::array<char, 16> name{};  // TASK_COMM_LEN
    host_call(SYS_prctl, PR_GET_NAME, name.data(), 0, 0, 0);
    engine::Vcpu& vcpu = thread.vcpu();
    thread.parked = ParkedState{vcpu.fs_base(), vcpu.gs_base(), vcpu.vector_state(), name.data()};
}

/// What only the kernel can tell how long it takes: not what the program asks of Husk.
bool may_wait(const Thread& thread, const entry::Event& event)
{
    return std::holds_alternative<entry::events::SystemCall>(event) && thread.user.rax != HUSK_CALL;
}

/// Until ring 3 is left.
entry::Event run_ring3(Thread& thread)
{
    Watcher* const watcher = thread.process.watcher.get();
    if (watcher != nullptr) watcher->enters(thread);
    entry::Event event = thread.processor().run(thread.user);
    if (watcher != nullptr) watcher->left(thread, event);
    return event;
}

/// One piece of ring 3, what came of it, and the way back. `serving` is told when a system call is to be served.
template <typename Serving>
void go_on_once(Thread& thread, Serving serving)
{
    const entry::Event event = run_ring3(thread);
    if (may_wait(thread, event)) serving();
    // After a system call RCX and R11 are free; after anything else every register counts.
    thread.registers_replaced = false;
    answer(thread, event);
    before_return(thread);
    const bool all = thread.registers_replaced || !std::holds_alternative<entry::events::SystemCall>(event);
    thread.processor().resume(thread.user, all);
}

/// The same under a debugger, which may hold the thread before and behind, and change its registers.
void go_on_debugged(Thread& thread, Debugger& debugger)
{
    debugger.before(thread);
    if (thread.process.ending()) return;
    thread.processor().resume(thread.user, true);
    const entry::Event event = run_ring3(thread);
    thread.registers_replaced = false;
    if (!debugger.after(thread, event)) answer(thread, event);
    before_return(thread);
    debugger.served(thread);
}

void run_until_return(Thread& thread, engine::Deadline deadline, DeadlineTimer& timer)
{
    const Running guard{thread.vcpu(), deadline};
    thread.returned.reset();
    thread.processor().resume(thread.user, true);
    while (!thread.returned && !thread.finished && !thread.process.leaving()) {
        // The processor stops at the deadline by itself; a call that waits must be woken.
        go_on_once(thread, [&] {
            if (deadline != engine::kNever) timer.set(deadline);
        });
        const bool late = deadline != engine::kNever && !thread.returned && std::chrono::steady_clock::now() >= deadline;
        if (late) thread.process.end(stops::OutOfTime{});
    }
}

void run_until_end(Thread& thread)
{
    const Running guard{thread.vcpu()};
    if (thread.must_find_ring) find_ring(thread);
    answer_inside(thread);
    if (Debugger* const debugger = thread.process.debugger) {
        while (!thread.finished && !thread.process.ending()) go_on_debugged(thread, *debugger);
        return;
    }
    if (thread.interrupted()) before_return(thread);
    thread.processor().resume(thread.user, true);
    while (!thread.finished && !thread.process.ending()) {
        if (thread.process.freezing.begun()) return park(thread);
        go_on_once(thread, [] {});
    }
}

}  // namespace

void find_ring_for(Thread& thread)
{
    if (!thread.must_find_ring) return;
    std::optional<engine::Entered> entered;
    if (!knows_ring(thread)) entered.emplace(thread.vcpu(), engine::kNever);
    find_ring(thread);
}

void prepare_functions(Thread& thread)
{
    install_interrupts(kick_running);
    find_ring_for(thread);
}

std::optional<FunctionResult> run_function(Thread& thread, engine::Deadline deadline, DeadlineTimer& timer)
{
    // What the kernel raises for a call (SIGPIPE) it raises on the thread that serves it, which holds all back.
    try {
        run_until_return(thread, deadline, timer);
    } catch (...) {  // the host's, or that of a function that the embedding program gave
        thread.process.fail(std::current_exception());
    }
    timer.clear();
    if (Watcher* const watcher = thread.process.watcher.get(); watcher != nullptr) watcher->stops(thread);
    return thread.returned;
}

void run_thread(Thread& thread)
{
    const RaisedSignals held_back;
    try {
        run_until_end(thread);
    } catch (...) {  // the host's, or that of a function that the embedding program gave
        thread.process.fail(std::current_exception());
    }
    if (Debugger* const debugger = thread.process.debugger) debugger->ended(thread);
    if (!thread.process.ending() && !thread.parked) walk_robust_list(thread);
    if (Watcher* const watcher = thread.process.watcher.get(); watcher != nullptr) watcher->stops(thread);
}

void prepare_interrupts()
{
    install_interrupts(kick_running);
    // Whoever started this thread may hold every signal back, and the threads that it starts inherit that.
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, interrupt_signal());
    ::pthread_sigmask(SIG_UNBLOCK, &ours, nullptr);
}

}  // namespace husk::program
