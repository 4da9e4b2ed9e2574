#include "program/loop.hpp"

#include "base/match.hpp"
#include "program/calls/handlers.hpp"
#include "program/calls/robust_list.hpp"
#include "program/faults.hpp"
#include "program/process/process.hpp"
#include "program/process/signals.hpp"

#include <husk/error.hpp>

#include <cerrno>
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
    explicit Running(engine::Vcpu& vcpu) : entered_{vcpu, engine::kNever} { running = &vcpu; }
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
    SystemCall view{
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
    return handler != nullptr ? handler(thread, call) : -ENOSYS;
}

void system_call(Thread& thread)
{
    x86::Registers& user = thread.user;
    const Call call{.number = user.rax, .arguments = {user.rdi, user.rsi, user.rdx, user.r10, user.r8, user.r9}};
    Watcher* const watcher = thread.process.watcher.get();
    if (watcher != nullptr) watcher->before(thread, call);
    const Result result = serve(thread, call);
    if (watcher != nullptr) watcher->after(thread, call, result);
    if (!thread.registers_replaced) user.rax = static_cast<std::uint64_t>(result);
    answered(thread, call, result);
}

void handle(Thread& thread, const entry::Event& event)
{
    using namespace entry::events;
    std::visit(
        match{
            [&](const SystemCall&) { system_call(thread); },
            [&](const Exception& exception) { handle_exception(thread, exception); },
            [&](const NoMemory& fault) { handle_no_memory(thread, fault); },
            [](const entry::events::Interrupted&) {},
            [&](const Broken& why) { thread.process.end(stops::CannotExecute{.reason = why.reason, .at = {thread.user.rip}}); },
        },
        event);
}

void run_until_end(Thread& thread)
{
    const Running guard{thread.vcpu()};
    if (thread.must_find_ring) {
        thread.processor().find_system_call_ring();
        thread.process.system_calls_stay_in_ring3 = thread.processor().system_calls_stay_in_ring3();
        thread.must_find_ring = false;
    }
    thread.processor().resume(thread.user, true);
    while (!thread.finished && !thread.process.ending()) {
        const entry::Event event = thread.processor().run(thread.user);
        // After a system call RCX and R11 are free; after anything else every register counts.
        thread.registers_replaced = false;
        handle(thread, event);
        before_return(thread);
        const bool all = thread.registers_replaced || !std::holds_alternative<entry::events::SystemCall>(event);
        thread.processor().resume(thread.user, all);
    }
}

}  // namespace

void run_thread(Thread& thread)
{
    const RaisedSignals held_back;
    try {
        run_until_end(thread);
    } catch (const Error&) {
        thread.process.fail(std::current_exception());
    }
    if (!thread.process.ending()) walk_robust_list(thread);
}

void prepare_interrupts()
{
    install_interrupts(kick_running);
}

}  // namespace husk::program
