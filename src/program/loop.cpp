#include "program/loop.hpp"

#include "base/match.hpp"
#include "program/abi/refused.hpp"
#include "program/calls/effects.hpp"
#include "program/calls/handlers.hpp"
#include "program/calls/robust_list.hpp"
#include "program/faults.hpp"
#include "program/process/process.hpp"
#include "program/process/signals.hpp"

#include <husk/guest.h>
#include <husk/error.hpp>

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <optional>
#include <span>

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

/// What the embedding program answers in Husk's place, if it wants to.
std::optional<Result> overridden(Thread& thread, const Call& call)
{
    const auto& overrides = thread.process.config.overrides;
    const auto found = overrides.find(call.number);
    if (found == overrides.end()) return std::nullopt;
    const UserMemory memory = thread.process.memory;
    husk::SystemCall view{
        .number = call.number,
        .arguments = call.arguments,
        .thread = thread.tid,
        .read = [memory](std::uint64_t at, std::span<std::byte> into) { return memory.read({at}, into); },
        .write = [memory](std::uint64_t at, std::span<const std::byte> from) { return memory.write({at}, from); },
    };
    return found->second(view);
}

Result serve(Thread& thread, const Call& call)
{
    if (const auto answer = overridden(thread, call)) return *answer;
    const Handler handler = find_handler(call.number);
    if (handler != nullptr) return handler(thread, call);
    if (const auto refusal = refused_by_design(call.number, call.arguments))
        thread.process.note(fmt::format("{}: refused by design, {} (ENOSYS)", refusal->name, refusal->why));
    return -ENOSYS;
}

/// What may be answered without leaving the machine: nothing of which anybody wants to be told. The software engine leaves what it
/// runs at each SYSCALL anyway.
entry::Answers answers_inside(const Thread& thread)
{
    const Process& process = thread.process;
    if (process.watcher != nullptr || process.debugger != nullptr || !process.vm->follows_host_mappings()) return {};
    const auto ours = [&](std::uint64_t number) {
        return !process.config.overrides.contains(number) && !process.freezing.counts(number);
    };
    entry::Answers answers;
    if (ours(SYS_getpid)) answers.pid = process.pid;
    if (ours(SYS_gettid)) answers.tid = thread.tid;
    answers.yield = ours(SYS_sched_yield);
    return answers;
}

void answer_inside(Thread& thread)
{
    if (const entry::Answers answers = answers_inside(thread); answers.any()) thread.processor().answer_inside(answers);
    thread.answers_inside = true;
}

/// On the thread that it is made on, or where the program has what the call needs.
Result serve_in_its_place(Thread& thread, const Call& call)
{
    if (!thread.visited) return serve(thread, call);
    // Most functions make no call, and are not to wait for what only calls need.
    if (!thread.answers_inside && call.number != HUSK_CALL) answer_inside(thread);
    if (!changes_memory_alone(call)) thread.process.has_traces = true;
    if (needs_nothing_of_host(call)) return serve(thread, call);
    return thread.process.elsewhere(thread, [&] { return serve(thread, call); });
}

/// The call is made when the program goes on.
void freeze_before(Thread& thread, const Call& call)
{
    thread.asked_to_freeze = call.number == HUSK_CALL;
    make_again(thread, call);
    thread.process.freeze();
}

void system_call(Thread& thread)
{
    x86::Registers& user = thread.user;
    // As Linux: the number is what EAX has.
    const Call call{.number = static_cast<std::uint32_t>(user.rax),
                    .arguments = {user.rdi, user.rsi, user.rdx, user.r10, user.r8, user.r9}};
    if (thread.process.freezing.reached_by(call)) return freeze_before(thread, call);
    Watcher* const watcher = thread.process.watcher.get();
    if (watcher != nullptr) watcher->before(thread, call);
    thread.call_not_made = false;
    const Result result = serve_in_its_place(thread, call);
    if (watcher != nullptr) watcher->after(thread, call, result);
    if (!thread.registers_replaced) user.rax = static_cast<std::uint64_t>(result);
    answered(thread, call, result);
}

void exception_of(Thread& thread, const entry::events::Exception& exception)
{
    const bool fault = exception.vector == x86::kGeneralProtection;
    if (fault && thread.process.freezing.is_marked({thread.user.rip})) return thread.process.freeze();
    handle_exception(thread, exception);
}

void handle(Thread& thread, const entry::Event& event)
{
    using namespace entry::events;
    std::visit(
        match{
            [&](const entry::events::SystemCall&) { system_call(thread); },
            [&](const Exception& exception) { exception_of(thread, exception); },
            [&](const NoMemory& fault) { handle_no_memory(thread, fault); },
            [](const entry::events::Interrupted&) {},
            [&](const Broken& why) { thread.process.end(stops::CannotExecute{.reason = why.reason, .at = {thread.user.rip}}); },
        },
        event);
}

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
    handle(thread, event);
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
    if (!debugger.after(thread, event)) handle(thread, event);
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
    if (thread.interrupted()) before_return(thread);
    if (Debugger* const debugger = thread.process.debugger) {
        while (!thread.finished && !thread.process.ending()) go_on_debugged(thread, *debugger);
        return;
    }
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
