#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace husk::cli {

/// When the guest's state is explained.
enum class InspectAt : std::uint8_t {
    Start,  ///< before the first instruction
    Stop,   ///< when it has stopped, for whatever reason
};

/// Adds --inspect[=start|stop]. What follows it without "=" may be the guest.
void add_inspect_option(CLI::App& command, std::string& word);

/// Nothing if it was not given. Throws UsageError for any other word.
std::optional<InspectAt> read_inspect(const std::string& word);

}  // namespace husk::cli
