#include "program/answer.hpp"

#include "base/match.hpp"
#include "program/abi/refused.hpp"
#include "program/calls/effects.hpp"
#include "program/calls/handlers.hpp"
#include "program/faults.hpp"
#include "program/process/process.hpp"
#include "program/process/signals.hpp"

#include <husk/guest.h>

#include <fmt/format.h>
#include <sys/syscall.h>

#include <cerrno>
#include <optional>
#include <span>

namespace husk::program {

namespace {

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

}  // namespace

void answer_inside(Thread& thread)
{
    if (const entry::Answers answers = answers_inside(thread); answers.any()) thread.processor().answer_inside(answers);
    thread.answers_inside = true;
}

void answer(Thread& thread, const entry::Event& event)
{
    using namespace entry::events;
    std::visit(
        match{
            [&](const entry::events::SystemCall&) { system_call(thread); },
            [&](const Exception& exception) { exception_of(thread, exception); },
            [&](const NoMemory& fault) { handle_no_memory(thread, fault); },
            [](const entry::events::Interrupted&) {},
            [](const Watched&) {},  // who asked for it knows what to do
            [&](const Broken& why) { thread.process.end(stops::CannotExecute{.reason = why.reason, .at = {thread.user.rip}}); },
        },
        event);
}

}  // namespace husk::program
