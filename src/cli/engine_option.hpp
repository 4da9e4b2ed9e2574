#pragma once

#include <husk/machine.hpp>

#include <string>

namespace CLI {
class App;
}

namespace husk::cli {

/// Adds --engine auto|kvm|soft, whose default is the environment's HUSK_ENGINE.
void add_engine_option(CLI::App& command, std::string& engine);

/// Throws UsageError for any other word.
Engine parse_engine(const std::string& word);

/// One line on stderr: why `guest` runs on the software engine. Nothing if there is no reason to give.
void tell_engine_choice(std::string_view guest, std::string_view reason);

}  // namespace husk::cli
