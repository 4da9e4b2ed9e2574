#include "cli/thaw_learn.hpp"

#include "cli/engine_option.hpp"
#include "cli/exit_status.hpp"
#include "cli/print.hpp"
#include "cli/program_command.hpp"
#include "cli/run_program.hpp"
#include "cli/run_report.hpp"
#include "cli/signal_watch.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <utility>

namespace husk::cli {

int thaw_and_learn(const ThawOptions& options, const FrozenProgram& frozen, const std::function<Program(ProgramConfig)>& thaw)
{
    OwnFiles files{options.run};
    // Confined is what runs it, and not what writes the file.
    ProgramConfig config = told_config(options.run, files, options.file);
    config.standard_input = STDIN_FILENO;
    config.standard_output = STDOUT_FILENO;
    config.standard_error = STDERR_FILENO;
    Program program = thaw(std::move(config));
    tell_engine_choice(options.file, program.engine_reason());

    InspectedProgram inspected{options.run.inspect, files};
    inspected.start(program);
    std::atomic<int> caught{0};
    const SignalWatch watch{{SIGINT, SIGTERM}, [&](int signal) {
                                caught = signal;
                                program.cancel();
                            }};
    const FrozenProgram::Learnt learnt = frozen.learn(program);
    const int status = files.close_trace(exit_status(learnt.stop, caught));
    tell_run(options.run, files, options.file, program, learnt.stop, status, inspected);
    // Memory that was unpacked, and only that, nobody can write to.
    if (caught == 0) learnt.frozen.save(options.file, {.compress = frozen.memory().sealed()});
    return status;
}

}  // namespace husk::cli
