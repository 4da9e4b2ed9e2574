#include "program/program_lane.hpp"

#include "support/lane.hpp"

#include <cstdlib>

namespace husk::test {
namespace {

constexpr std::string_view kNative = "native";

// For a husk with sanitizers. The leak checker traces its own process when it ends, which is one of the things that a confined one
// cannot do; and what is found must not look like a status that the guest exited with.
constexpr const char* kSanitizer = "ASAN_OPTIONS=detect_leaks=0:abort_on_error=1";

}  // namespace

std::string program_lane()
{
    const char* wanted = std::getenv("HUSK_LANE");
    return wanted != nullptr && wanted == kNative ? std::string{kNative} : std::string{lane().name};
}

std::string program_lane_obstacle()
{
    return runs_husk() ? lane_obstacle() : std::string{};
}

bool runs_husk()
{
    return program_lane() != kNative;
}

bool single_threaded()
{
    return program_lane() == "soft";
}

Command under_husk(const Command& command, const std::vector<std::string>& grants)
{
    Command husk{
        HUSK_COMMAND, {"run", "--engine", single_threaded() ? "soft" : "kvm"}, {kSanitizer}, command.folder, command.input};
    std::vector<std::string>& words = husk.arguments;
    words.insert(words.end(), {"--rw", command.folder, "--cwd", command.folder});
    words.insert(words.end(), grants.begin(), grants.end());
    for (const std::string& variable : command.environment) words.insert(words.end(), {"--env", variable});
    words.push_back(command.program);
    words.insert(words.end(), command.arguments.begin(), command.arguments.end());
    return husk;
}

}  // namespace husk::test
