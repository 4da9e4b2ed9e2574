#pragma once

#include "debug/core/core_file.hpp"

#include <husk/error.hpp>

#include <optional>
#include <string>

namespace CLI {
class App;
}

/// --core FILE, and what is said of it.
namespace husk::cli {

void add_core_option(CLI::App& command, std::optional<std::string>& file);

/// Throws UsageError if that is no file's name.
void check_core_option(const std::optional<std::string>& file);

/// A limit on files (RLIMIT_FSIZE) is from now on an Error of who writes, and not the end of this process.
void heed_file_limit();

/// A line: where a core was written to, and how it is opened. `symbols`: the file that a debugger takes them from, if one is known.
std::string core_written(const std::string& file, const std::string& symbols, debug::CoreExtent extent);
/// A line: why it was not.
std::string core_failed(const std::string& file, const Error& error);

}  // namespace husk::cli
