#pragma once

#include <husk/machine.hpp>

#include <CLI/CLI.hpp>

#include <string>

namespace husk::cli {

/// Adds --engine auto|kvm|soft, whose default is the environment's HUSK_ENGINE.
void add_engine_option(CLI::App& command, std::string& engine);

/// Throws UsageError for any other word.
Engine parse_engine(const std::string& word);

/// One line on stderr if Engine::Auto had to take, or change to, the software engine.
void tell_engine_choice(const Machine& machine, std::string_view guest);

}  // namespace husk::cli
