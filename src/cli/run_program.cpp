#include "cli/run_program.hpp"

#include "base/match.hpp"
#include "cli/app.hpp"
#include "cli/engine_option.hpp"
#include "cli/exit_status.hpp"
#include "cli/print.hpp"
#include "cli/program_command.hpp"
#include "cli/run_debug.hpp"
#include "cli/run_report.hpp"
#include "program/signals/set.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <optional>
#include <utility>

namespace husk::cli {

namespace {

/// Limits that ended it are named on stderr: the status alone is easily overlooked.
void tell_end(const LineFile& errors, const std::string& name, const ProgramStop& stop)
{
    std::visit(match{
                   [](const stops::Exited&) {},
                   [](const stops::Signalled&) {},
                   [](const stops::Cancelled&) {},
                   [&](const auto&) { errors.write(fmt::format("husk: {}: {}\n", name, describe(stop))); },
               },
               stop);
}

/// Whoever waits for this process sees what it would see of the program: a shell, for one, ends its loop after Ctrl-C. A core would
/// be one of Husk, so those that leave one are told by the status alone.
void end_as(const ProgramStop& stop)
{
    const auto* const signalled = std::get_if<stops::Signalled>(&stop);
    if (signalled == nullptr || program::kDumpingCore.has(signalled->signal)) return;
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, signalled->signal);
    (void)std::signal(signalled->signal, SIG_DFL);
    (void)::pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
    (void)::kill(::getpid(), signalled->signal);
}

}  // namespace

void tell_run(const RunOptions& options, OwnFiles& files, const std::string& name, const Program& program, const ProgramStop& stop,
              int status, InspectedProgram& inspected)
{
    tell_end(files.errors, name, stop);
    if (!program.confinement_missing().empty())
        files.errors.write(fmt::format("husk: not fully confined: {}\n", program.confinement_missing()));
    inspected.stop(program);
    if (files.core) files.core->stop(program, stop, files.errors);
    if (options.stats) files.errors.write(run_stats_text(program));
    if (!files.json) return;
    auto object = run_json(program, stop, status);
    inspected.add_to(object);
    if (files.core) files.core->add_to(object);
    files.json->write(object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

int run_as_this_process(const RunOptions& options, const std::string& name, const std::function<Program(ProgramConfig)>& make)
{
    OwnFiles files{options};
    // It begins with what this process was given, and not with what the other commands need.
    (void)std::signal(SIGPIPE, inherited_sigpipe() == SIG_IGN ? SIG_IGN : SIG_DFL);
    ProgramConfig config = told_config(options, files, name);
    config.owns_process = true;
    std::optional<RunDebug> debug;
    if (options.gdb) debug.emplace(*options.gdb, options, files);
    std::optional<Program> program;
    try {
        program.emplace(make(std::move(config)));
    } catch (const Error& error) {
        if (error.call() != "execve") throw;
        complain(fmt::format("husk: {}\n", error.hint()));
        return kBadImage;
    }
    tell_engine_choice(name, program->engine_reason());
    InspectedProgram inspected{options.inspect, files};
    inspected.start(*program);
    if (debug) debug->attach(*program);
    const ProgramStop stop = program->run();
    const int own_status = exit_status(stop, 0);
    const int status = files.close_trace(own_status);
    tell_run(options, files, name, *program, stop, status, inspected);
    debug.reset();
    program.reset();  // with its folders
    if (status == own_status) end_as(stop);
    return status;
}

int run_program(const RunOptions& options)
{
    close_other_descriptors();
    return run_as_this_process(options, options.program.path, [](ProgramConfig config) {
        config.path = find_executable(config.path);
        return Program{std::move(config)};
    });
}

}  // namespace husk::cli
