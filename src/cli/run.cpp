#include "cli/commands.hpp"
#include "cli/run_options.hpp"

#include <memory>
#include <stdexcept>

namespace husk::cli {

Action add_run(CLI::App& command, const Tail& tail, RunProgram run_program)
{
    auto words = std::make_shared<RunWords>();
    add_run_options(command, *words);
    return [words, &tail, run_program] {
        words->command = tail;
        try {
            return run_program(read(*words, RunPlace::here()));
        } catch (const std::invalid_argument& error) {
            throw UsageError{error.what()};
        }
    };
}

}  // namespace husk::cli
