#include "program/frozen/restore_process.hpp"
#include "program/frozen/touched.hpp"
#include "program/loop.hpp"
#include "program/parts.hpp"
#include "program/process/features.hpp"
#include "program/process/signals.hpp"
#include "program/process/threads.hpp"
#include "program/watch.hpp"
#include "x86/needed_features.hpp"

#include <husk/error.hpp>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iterator>

// From the first instruction to the end.
namespace husk::program {

/// Everything that needs more than a program that runs does has been done.
void Parts::prepare_confinement()
{
    if (config.confinement == Confinement::None) return;
    SandboxOptions options;
    for (const auto& reach : process.files.reach()) {
        const auto way = reach.writable ? Reachable::Way::Write : Reachable::Way::Read;
        options.reachable.push_back({.path = reach.path, .descriptor = reach.descriptor, .way = way});
    }
    // Husk's own folder goes when Husk does.
    const std::filesystem::path scratch = process.files.grants().scratch().path();
    options.reachable.push_back({.path = scratch.parent_path(), .way = Reachable::Way::RemoveFolder});
    sandbox.emplace(prepare_sandbox(options));
    if (sandbox->landlock) sandbox->landlock->keep_descriptor_above(process.descriptor_line);
}

void Parts::confine_process()
{
    if (config.confinement == Confinement::None) return;
    if (!sandbox) prepare_confinement();
    SandboxReport report = confine(*sandbox);
    if (!config.owns_process) report.other_threads = 0;  // they are somebody else's
    if (!report.complete()) confinement_missing = describe_missing(report);
    if (!report.complete() && config.confinement == Confinement::Required) throw Error{"sandbox", ENOTSUP, confinement_missing};
}

/// The threads that a thawed program has beside its first. In which ring SYSCALL arrives must be known before they run.
void Parts::start_others()
{
    std::vector<std::shared_ptr<Thread>> others;
    {
        const std::lock_guard lock{process.threads_mutex};
        std::ranges::copy_if(process.threads, std::back_inserter(others), [&](const auto& each) { return each != first; });
    }
    if (others.empty()) return;
    try {
        find_ring_for(*first);
        for (const auto& thread : others) {
            thread->processor().set_system_calls_stay_in_ring3(process.system_calls_stay_in_ring3);
            go_on(thread);
        }
    } catch (const Error&) {
        process.fail(std::current_exception());
    }
}

void Parts::freeze_at(const FreezeWhere& where)
{
    process.freezing.prepare(where, process.space);
    to_be_frozen = true;
    if (freeze_wanted) process.freeze();
}

void Parts::freeze_now()
{
    freeze_wanted = true;
    if (to_be_frozen) process.freeze();
}

/// Of a program that left the guest to be frozen, and not because it ended.
void Parts::capture()
{
    const bool parked = std::ranges::any_of(process.threads, [](const auto& thread) { return thread->parked.has_value(); });
    if (!parked || process.ending()) return;
    captured.emplace(capture_process(process));
    ProgramState& state = captured->state;
    const Vdso vdso = own_vdso();
    if (!vdso.pages.empty()) state.vdso = {.hash = hash_of(vdso), .size = vdso.pages.size()};
    const std::size_t by_default = config.grants.size() - asked_grants;
    for (std::size_t i = 0; i < config.grants.size(); ++i) {
        const Grant& grant = config.grants[i];
        state.grants.push_back({grant.path, grant.writable, grant.at, i < by_default});
    }
    state.private_tmp = config.private_tmp;
}

std::optional<ProgramStop> Parts::run()
{
    if (to_be_frozen) process.standard.keep(process.descriptor_line);
    confine_process();
    prepare_interrupts();
    take_host_thread(*first);
    if (to_be_frozen) features = x86::features_of_programs(x86::feature_names(shown_features(*first)));
    start_signals(process);
    if (thawed) restore_actions(process, thawed->state);
    if (thawed && !config.owns_process) {
        have_ready(process.space, thawed->state);
        give(*process.windows, thawed->state.touched);
    }
    if (process.debugger != nullptr) process.debugger->begin();
    {
        const Watch watch{process};
        start_others();
        run_thread(*first);
        end_thread(*first);
        join_threads(process);
    }
    if (process.debugger != nullptr) process.debugger->finish(process.ended().value_or(stops::Exited{first->exit_status}));
    capture();
    process.standard = {};  // whoever reads what the program wrote waits for its end
    stop_signals(process);
    if (const auto failure = process.failure()) std::rethrow_exception(failure);
    if (captured) return std::nullopt;
    ProgramStop stop = process.ended().value_or(stops::Exited{first->exit_status});
    if (observer != nullptr) observer->finish(*first, stop);
    return stop;
}

}  // namespace husk::program
