#pragma once

#include "cli/inspect_option.hpp"
#include "cli/parse.hpp"
#include "debug/gdb/listener.hpp"

#include <husk/program.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace husk::cli {

/// What `husk run` was asked for, checked.
struct RunOptions {
    ProgramConfig program;              ///< whose path is the word as it was given: program::find_program() looks for it
    bool explain = false;               ///< name the grant that would allow what was refused
    bool stats = false;                 ///< say on stderr what the run took
    std::optional<std::string> strace;  ///< each system call: to stderr ("-") or to a file
    std::optional<std::string> trace;   ///< a trace file
    std::optional<std::string> core;    ///< a core file, if it fails
    std::optional<InspectAt> inspect;
    std::optional<debug::gdb::Address> gdb;  ///< wait there for a debugger before the first instruction
    std::optional<std::string> json;         ///< how it ended and what it took, as an object: to stderr ("-") or to a file
};

/// The words as they were given.
struct RunWords {
    std::string engine = "auto";
    std::vector<std::string> read_only, writable, environment, grant_files;
    std::optional<std::string> directory, memory, address_space, timeout, cpu_time, threads, files, file_size, output, trace, core;
    std::optional<std::string> gdb;     ///< nothing is not an empty word
    std::string strace, json, inspect;  ///< empty: not asked for
    bool private_tmp = false, default_grants = true, explain = false, stats = false;
    bool require_sandbox = false, sandbox = true;
    std::vector<std::string> command;  ///< the program and its arguments, which the parser never sees
};

/// What words mean depends on.
struct RunPlace {
    std::string directory;                                                        ///< absolute; relative paths start here
    std::function<std::optional<std::string>(const std::string&)> environment{};  ///< the value of a variable
    bool terminal = false;                                                        ///< its standard input or output is one

    /// This process's own. Throws Error.
    static RunPlace here();
};

void add_run_options(CLI::App& command, RunWords& words);
/// Groups of options in the help of commands.
inline constexpr auto kGrants = "Grants";
inline constexpr auto kLimits = "Limits";
inline constexpr auto kPrograms = "Programs";

/// Of them, those that other commands have too, each in its group: kGrants, kLimits, kPrograms.
void add_grant_options(CLI::App& command, RunWords& words);
void add_limit_options(CLI::App& command, RunWords& words);
void add_sandbox_options(CLI::App& command, RunWords& words);

/// All but which program it is. Throws UsageError naming the option, or the file and line, that makes no sense.
RunOptions read_settings(const RunWords& words, const RunPlace& place);
/// The same with the program.
RunOptions read(const RunWords& words, const RunPlace& place);

}  // namespace husk::cli
