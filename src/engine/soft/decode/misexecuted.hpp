#pragma once

#include "engine/soft/decode/prefixes.hpp"
#include "engine/soft/decode/site_instruction.hpp"

#include <optional>
#include <span>

namespace husk::soft {

/// The instruction whose opcode starts `code`, behind `prefixes`, if it is one that Unicorn executes wrongly: repair.cpp says how.
std::optional<SiteInstruction> decode_misexecuted(std::span<const std::byte> code, const Prefixes& prefixes, unsigned bits);

}  // namespace husk::soft
