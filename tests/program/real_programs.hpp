#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace husk::test {

/// A program of Debian's, or one that was built from tests/program/sources by a compiler of Debian's, and what it is asked to do.
/// It starts in a copy of tests/program/files. Nothing of what it writes is changed before it is compared.
struct RealProgram {
    std::string name;     ///< of the test: letters, digits, underscores
    std::string package;  ///< Debian's, whose version the table shows
    std::string program;  ///< its path
    std::vector<std::string> arguments;
    std::vector<std::string> grants;  ///< options of `husk run`, beside its folder
    std::string input;                ///< standard input
    int status = 0;                   ///< what it ends with natively
    std::string soft_lacks;           ///< why the software engine cannot run it; empty if it can
};

/// For GoogleTest's messages.
inline void PrintTo(const RealProgram& program, std::ostream* out)
{
    *out << program.name;
}

/// The tables: by what they have in them.
std::vector<RealProgram> coreutils_programs();
std::vector<RealProgram> busybox_programs();
std::vector<RealProgram> tool_programs();
std::vector<RealProgram> language_programs();
std::vector<RealProgram> compiled_programs();

/// All of them.
std::vector<RealProgram> real_programs();

/// A program that was built, by its file's name.
std::string built(const std::string& name);

/// The options that grant reading of these paths.
std::vector<std::string> reading(const std::vector<std::string>& paths);

/// The environment that each of them gets.
std::vector<std::string> plain_environment();

/// The table as the manual has it: what is run, with versions.
std::string markdown_table();

}  // namespace husk::test
