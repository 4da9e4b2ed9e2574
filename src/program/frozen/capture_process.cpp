#include "program/frozen/capture_process.hpp"

#include "program/frozen/descriptors.hpp"
#include "program/process/signals.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <algorithm>
#include <span>

namespace husk::program {

namespace {

FrozenPending pending_of(const PendingSignals& pending)
{
    FrozenPending frozen{.set = pending.set().word()};
    for (const SignalInfo& info : pending.queue()) {
        const auto bytes = std::as_bytes(std::span{&info, 1});
        frozen.infos.emplace_back(bytes.begin(), bytes.end());
    }
    return frozen;
}

std::optional<FrozenWait> wait_of(const Thread& thread)
{
    if (!thread.wait_left) return std::nullopt;
    const auto& [call, left] = *thread.wait_left;
    return FrozenWait{.number = call.number, .arguments = {call.arguments.begin(), call.arguments.end()}, .left = left};
}

FrozenThread thread_of(const Thread& thread)
{
    const ParkedState& parked = *thread.parked;
    const ThreadSignals& signals = thread.signals;
    return {.id = static_cast<std::uint32_t>(thread.tid),
            .first = thread.first,
            .name = parked.name,
            .registers = thread.user,
            .fs_base = parked.fs_base,
            .gs_base = parked.gs_base,
            .vectors = parked.vectors,
            .clear_child_tid = thread.clear_child_tid.value,
            .robust_list = thread.robust_list.value,
            .blocked = signals.blocked.word(),
            .pending = pending_of(signals.pending),
            .stack = signals.stack.base,
            .stack_size = signals.stack.size,
            .stack_flags = static_cast<std::uint32_t>(signals.stack.flags),
            .asked_to_freeze = thread.asked_to_freeze,
            .wait = wait_of(thread)};
}

void capture_threads(Process& process, Captured& into)
{
    const std::lock_guard lock{process.threads_mutex};
    for (const auto& thread : process.threads)
        if (thread->parked) into.state.threads.push_back(thread_of(*thread));
    into.state.name = process.name;
}

/// What is mapped. A guest has its memory to itself, so that what it shares with nobody it does not share.
void capture_areas(const Process& process, Captured& into)
{
    for (const Area& area : process.space.areas()) {
        const bool shared = (area.flags & MAP_TYPE) != MAP_PRIVATE;
        if (shared && (area.flags & MAP_ANONYMOUS) == 0 && (area.protection & PROT_WRITE) != 0)
            into.refusals.push_back({fmt::format("memory at {:#x}, {}", area.begin, area.name.empty() ? "a file" : area.name),
                                     "what is written to it goes to the file"});
        into.state.areas.push_back({.begin = area.begin,
                                    .end = area.end,
                                    .protection = static_cast<std::uint32_t>(area.protection),
                                    .flags = static_cast<std::uint32_t>((area.flags & ~MAP_TYPE) | MAP_PRIVATE),
                                    .file_offset = area.file_offset,
                                    .name = area.name,
                                    .wipe_on_fork = area.wipe_on_fork});
    }
    into.state.address_space = process.config.address_space;
    const Break at = process.space.current_break();
    into.state.break_begin = at.begin;
    into.state.break_end = at.end;
}

void capture_signals(Process& process, Captured& into)
{
    const ProcessSignals& signals = process.signals;
    if (signals.stopped) into.refusals.push_back({"the program", "a signal has stopped it"});
    if (const auto timers = signals.timers.count(); timers != 0)
        into.refusals.push_back(
            {fmt::format("{} timer{}", timers, timers == 1 ? "" : "s"), "made by timer_create, setitimer or alarm"});
    for (int signal = 1; signal <= kSignals; ++signal) {
        const Action& action = signals.actions.of(signal);
        if (action == Action{}) continue;
        into.state.actions.push_back({.signal = static_cast<std::uint32_t>(signal),
                                      .handler = action.handler,
                                      .flags = action.flags,
                                      .restorer = action.restorer,
                                      .mask = action.mask.word()});
    }
    into.state.pending = pending_of(signals.pending);
}

std::uint32_t umask_of(const Standing& standing)
{
    if (!standing.owns_process) return standing.umask;
    const Result mask = host_call(SYS_umask, 0);
    host_call(SYS_umask, mask);
    return static_cast<std::uint32_t>(mask);
}

void capture_standing(const Process& process, ProgramState& state)
{
    const Standing& standing = process.standing;
    state.umask = umask_of(standing);
    state.dumpable = standing.dumpable;
    state.no_new_privileges = standing.no_new_privileges;
    rlimit limit{};
    for (unsigned resource = 0; !failed(standing.limits.get(resource, limit)); ++resource)
        state.limits.push_back({.current = limit.rlim_cur, .maximum = limit.rlim_max});
}

}  // namespace

Captured capture_process(Process& process)
{
    Captured captured;
    ProgramState& state = captured.state;
    process.freezing.take_mark_away(process.space);
    hand_on_caught(process);
    state.id = static_cast<std::uint32_t>(process.pid);
    state.program = process.files.facts().program;
    state.working_directory = process.files.working_directory();
    state.arguments = process.config.arguments;
    state.environment = process.config.environment;
    state.auxiliary = process.files.facts().auxv;
    state.bias = process.loaded.bias;
    capture_threads(process, captured);
    capture_areas(process, captured);
    capture_signals(process, captured);
    capture_standing(process, state);
    state.descriptors = capture_descriptors(process, captured.refusals);
    return captured;
}

}  // namespace husk::program
