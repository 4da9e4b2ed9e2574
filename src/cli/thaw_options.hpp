#pragma once

#include "cli/boot_options.hpp"
#include "cli/run_options.hpp"

#include <husk/frozen.hpp>

#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace husk::cli {

/// What `husk thaw` was asked for, checked.
struct ThawOptions {
    std::string file;
    unsigned count = 1;
    unsigned parallel = 1;
    bool many = false;                 ///< --count was given, if it is 1
    bool anew = false;                 ///< each in a machine of its own, instead of one that is reset
    bool any_cpu = false;              ///< also where the processor lacks what it was frozen with
    bool learn = false;                ///< the file then knows which memory it touched
    bool as_frozen = false;            ///< with the grants that it was frozen with
    std::optional<std::string> input;  ///< a file, instead of stdin
    RunOptions run;  ///< what both kinds of guests have, and a program's grants and limits, arguments and environment
    bool strict = false;
    std::optional<std::string> symbols;  ///< of an image, for the trace
    std::string serial = "-";
    std::string debugcon = "-";

    Engine engine() const { return run.program.engine; }
    std::chrono::nanoseconds timeout() const { return run.program.limits.wall_time.value_or(std::chrono::nanoseconds::max()); }
};

/// The words as they were given. What both kinds of guests have is in `program`.
struct ThawWords {
    std::string file;
    std::optional<std::string> count, parallel, input;
    bool anew = false, any_cpu = false, as_frozen = false, learn = false;
    BootWords image;
    RunWords program;
};

void add_thaw_options(CLI::App& command, ThawWords& words);

/// Throws UsageError naming an option that was given and is for guests of another kind than this.
void check_kind(const CLI::App& command, FrozenKind kind);

/// Throws UsageError naming the option that makes no sense.
ThawOptions read(const ThawWords& words, const RunPlace& place);

}  // namespace husk::cli
