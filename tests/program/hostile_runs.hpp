#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace husk::test {

/// One run of a guest of tests/program/hostile.
struct HostileRun {
    std::string guest;
    std::vector<std::string> arguments;  ///< behind the folder for files
    std::vector<std::string> limits;     ///< options of `husk run`
    std::vector<int> statuses;           ///< with which it may end
    bool threads = false;                ///< it needs more than one
    std::string said = {};               ///< what Husk says of it on standard error

    /// Why the software engine cannot run it; empty if it can.
    std::string soft_obstacle() const;
    /// Of letters, digits and underscores, for the name of a test.
    std::string name() const;
};

/// For GoogleTest's messages.
inline void PrintTo(const HostileRun& run, std::ostream* out)
{
    *out << run.name();
}

/// All of them.
std::vector<HostileRun> hostile_runs();

}  // namespace husk::test
