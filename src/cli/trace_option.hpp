#pragma once

#include <husk/machine.hpp>
#include <husk/trace_file.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace CLI {
class App;
}

/// --trace FILE, and what names places in it.
namespace husk::cli {

void add_trace_option(CLI::App& command, std::optional<std::string>& file);
/// Of images alone.
void add_symbols_option(CLI::App& command, std::optional<std::string>& file);

/// Throws UsageError if that is no file's name.
void check_trace_option(const std::optional<std::string>& file);

/// Nothing if it was not asked for. Throws Error.
/// `guest`: what a machine is called in it.
std::shared_ptr<TraceFile> open_trace(const std::optional<std::string>& file, const std::string& guest);

/// What names places: the symbols of the file that --symbols names, or else of `image`; nothing if it has none. Throws BadInput.
std::function<std::string(GuestVirt)> symbols_for_trace(const std::optional<std::string>& file, std::span<const std::byte> image);

/// Ends the file, if there is one. `status`, or kHostError if not all could be written, which is told.
int close_trace(TraceFile* trace, int status, const std::function<void(std::string_view)>& tell);

}  // namespace husk::cli
