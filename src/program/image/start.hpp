#pragma once

#include "program/image/executable.hpp"
#include "program/image/file.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string>
#include <vector>

namespace husk::program {

/// An ELF file that has been opened, and what its headers say.
struct OpenExecutable {
    std::string path;  ///< as it was opened
    FileSource file;
    Executable executable;
};

/// What execve() starts.
struct Start {
    OpenExecutable program;                     ///< the program itself, or what runs it if it is a script
    std::optional<OpenExecutable> interpreter;  ///< that of PT_INTERP
    std::vector<std::string> arguments;         ///< argv
    std::vector<std::string> scripts;           ///< paths of those that are run, the program first; none if it is no script
};

/// Why a program cannot be started.
struct StartError {
    int code = 0;                      ///< errno of execve()
    std::string path{};                ///< of the file that is to blame: the program, or an interpreter it names
    std::optional<ImageError> what{};  ///< if it has been read
    bool operator==(const StartError&) const = default;
};

/// "./program: Exec format error: e_machine (file offset 0x12): …".
std::string describe(const StartError& error);

/// Opens what execve(path, arguments) starts, with the interpreters that scripts and dynamic programs name: at most five scripts
/// that run one another (ELOOP). `arguments` has argv[0], which a script's interpreter does not get to see. Throws Error if the
/// host cannot read one of the files.
tl::expected<Start, StartError> open_start(const std::string& path, std::vector<std::string> arguments);

}  // namespace husk::program
