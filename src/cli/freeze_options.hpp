#pragma once

#include "cli/boot_options.hpp"
#include "cli/freeze_point.hpp"
#include "cli/run_options.hpp"

#include <optional>
#include <string>
#include <variant>

namespace CLI {
class App;
}

namespace husk::cli {

/// What `husk freeze` was asked for, checked.
struct FreezeOptions {
    std::string file;  ///< where it goes
    FreezePoint at;
    bool compress = false;
    std::variant<BootOptions, RunOptions> guest;
};

/// The words as they were given. What both kinds of guests have, --memory, --timeout and --engine, is in `program`.
struct FreezeWords {
    std::string file;
    std::optional<std::string> at;
    bool portable = false, compress = false;
    BootWords image;
    RunWords program;
};

void add_freeze_options(CLI::App& command, FreezeWords& words);

/// Throws UsageError naming the option that makes no sense.
FreezeOptions read(const FreezeWords& words, const RunPlace& place);

}  // namespace husk::cli
