#include "cli/freeze_program.hpp"

#include "base/match.hpp"
#include "cli/engine_option.hpp"
#include "cli/exit_status.hpp"
#include "cli/print.hpp"
#include "cli/program_command.hpp"
#include "cli/progress.hpp"
#include "cli/signal_watch.hpp"

#include <husk/error.hpp>
#include <husk/frozen_program.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <stdexcept>
#include <vector>

namespace husk::cli {

namespace {

/// It lives beside husk's own threads, which write the file when it is frozen: confined is what runs it.
ProgramConfig config_of(const RunOptions& run, const OwnFiles& files)
{
    ProgramConfig config = told_config(run, files, run.program.path);
    try {
        config.path = find_executable(config.path);
    } catch (const Error& error) {
        throw BadInput{std::string{error.hint()}};
    }
    config.standard_input = STDIN_FILENO;
    config.standard_output = STDOUT_FILENO;
    config.standard_error = STDERR_FILENO;
    return config;
}

Program make(ProgramConfig config)
{
    try {
        return Program{std::move(config)};
    } catch (const Error& error) {
        if (error.call() != "execve") throw;
        throw BadInput{std::string{error.hint()}};
    }
}

tl::expected<FrozenProgram, NotFrozen> freeze(Program& program, const FreezePoint& at, const std::string& name)
{
    try {
        return FrozenProgram::freeze(program, at);
    } catch (const std::invalid_argument& error) {  // the executable has not the symbol
        throw BadInput{fmt::format("{}: {}", name, error.what())};
    }
}

int tell_why(const std::string& name, const std::string& point, const NotFrozen& why, int signal)
{
    return std::visit(
        match{
            [&](const ProgramStop& stop) -> int {
                complain(fmt::format("husk: {}: not frozen, it did not come to the point ({}): {}\n", name, point, describe(stop)));
                return std::holds_alternative<stops::Exited>(stop) ? kNotReached : exit_status(stop, signal);
            },
            [&](const std::vector<NotFreezable>& list) -> int {
                complain(fmt::format("husk: {}: not frozen ({}), for it has what cannot be:\n", name, point));
                for (const auto& [what, reason] : list) complain(fmt::format("  {}: {}\n", printable(what), printable(reason)));
                return kNotFreezable;
            },
        },
        why);
}

}  // namespace

int freeze_program(const FreezeOptions& options, const RunOptions& run)
{
    close_other_descriptors();
    const std::string& name = run.program.path;
    const std::string point = describe(options.at);
    const OwnFiles files{run};
    Program program = make(config_of(run, files));
    tell_engine_choice(name, program.engine_reason());

    std::atomic<int> caught{0};
    const auto on_signal = [&](int signal) {
        if (signal == SIGUSR1) return program.freeze_now();
        caught = signal;
        program.cancel();
    };
    std::vector<int> signals{SIGINT, SIGTERM};
    if (std::holds_alternative<freeze_points::Requested>(options.at)) signals.push_back(SIGUSR1);
    const SignalWatch watch{signals, on_signal};
    const auto frozen = [&] {
        const Progress progress{[&] { return fmt::format("{} is on its way to be frozen ({})", name, point); }};
        return freeze(program, options.at, name);
    }();
    if (!program.confinement_missing().empty())
        complain(fmt::format("husk: not fully confined: {}\n", program.confinement_missing()));
    if (!frozen) return tell_why(name, point, frozen.error(), caught);
    const Progress progress{[&] { return fmt::format("{} is being written", options.file); }};
    frozen->save(options.file, {.compress = options.compress});
    return kSuccess;
}

}  // namespace husk::cli
