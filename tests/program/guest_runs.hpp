#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace husk::test {

/// One run of a guest of tests/program/guests.
struct GuestRun {
    std::string guest;                   ///< its binary: "file_io", "file_io.musl" …
    std::vector<std::string> arguments;  ///< behind the folder for files
    std::string input;
    int status = 0;  ///< what it must end with natively

    /// Of letters, digits and underscores, for the name of a test.
    std::string name() const;
};

/// For GoogleTest's messages.
inline void PrintTo(const GuestRun& run, std::ostream* out)
{
    *out << run.name();
}

/// All runs of all guests that were built.
std::vector<GuestRun> guest_runs();

/// Why the software engine cannot run it; empty if it can.
std::string soft_obstacle(const GuestRun& run);

/// True if Husk itself has something to say of it on standard error, so that only the rest is compared.
bool husk_speaks(const GuestRun& run);

}  // namespace husk::test
