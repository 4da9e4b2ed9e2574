#pragma once

#include "cli/boot_options.hpp"
#include "cli/run_options.hpp"

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
    std::optional<std::string> input;  ///< a file, instead of stdin
    std::chrono::nanoseconds timeout = std::chrono::nanoseconds::max();
    Engine engine = Engine::Auto;
    bool stats = false;
    std::optional<std::string> json;  ///< to stdout ("-") or to a file
    bool strict = false;
    std::string serial = "-";
    std::string debugcon = "-";
};

/// The words as they were given. What both kinds of guests have is in `program`.
struct ThawWords {
    std::string file;
    std::optional<std::string> count, parallel, input;
    bool anew = false;
    BootWords image;
    RunWords program;
};

void add_thaw_options(CLI::App& command, ThawWords& words);

/// Throws UsageError naming the option that makes no sense.
ThawOptions read(const ThawWords& words);

}  // namespace husk::cli
