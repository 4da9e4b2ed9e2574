#pragma once

#include "debug/gdb/listener.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace CLI {
class App;
}

/// --gdb, which commands that run guests share.
namespace husk::cli {

void add_gdb_option(CLI::App& command, std::optional<std::string>& word);

/// Throws UsageError.
debug::gdb::Address parse_gdb(std::string_view text);

}  // namespace husk::cli
