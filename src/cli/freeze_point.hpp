#pragma once

#include <husk/frozen_program.hpp>

#include <string_view>

namespace husk::cli {

/// What --at names: "asked", "stdin", "call:NAME[:N]", "symbol:NAME", "after:SECONDS", or "signal", which is Requested by SIGUSR1.
/// Throws UsageError.
FreezePoint parse_freeze_point(std::string_view text);

}  // namespace husk::cli
