#pragma once

#include "base/unique_fd.hpp"
#include "cli/core_of_program.hpp"
#include "cli/run_options.hpp"

#include <husk/program.hpp>
#include <husk/trace_file.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

/// What the commands share that run a program.
namespace husk::cli {

/// Where Husk's own lines go: stderr as this process was given it, or a file that is made. Not by a number of the program's, which
/// may close its own, or read this one.
class LineFile {
public:
    /// "-": stderr. `line`: where the program's numbers end. Throws Error.
    LineFile(const std::string& path, int line);

    /// What cannot be written to stderr is lost.
    void write(std::string_view text) const noexcept;

private:
    UniqueFd file_;
};

/// Files of Husk's own.
struct OwnFiles {
    explicit OwnFiles(const RunOptions& options);

    /// Ends the trace. `status`, or kHostError if not all of it could be written, which is told.
    int close_trace(int status) const;

    std::optional<CoreOfProgram> core;  ///< first, for it is another process's, which is not to have the others open
    LineFile errors;
    bool errors_have_colour;  ///< they go to a terminal
    std::optional<LineFile> strace, json;
    std::shared_ptr<TraceFile> trace;

private:
    OwnFiles(const RunOptions& options, int line);
};

/// The program that a word of the command line means, looked for as a shell does. Throws Error of execve.
std::string find_executable(const std::string& word);

/// Descriptors are capabilities: a program gets the three that everybody gives on purpose, and not what a shell or a service left
/// open.
void close_other_descriptors();

/// The options' program, with what it gives to be told. `name` is what it is called in messages; both must outlive it.
ProgramConfig told_config(const RunOptions& options, const OwnFiles& files, const std::string& name);

}  // namespace husk::cli
