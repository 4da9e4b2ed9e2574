#pragma once

#include "engine/soft/disassembler.hpp"

#include <husk/x86.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace husk::soft {

/// Unicorn took the instruction at the start of `code` for none. If a processor of today would execute it, what Unicorn lacks, in
/// words; nothing if it is an invalid opcode (#UD) on any.
std::optional<std::string> lacks(Disassembler& disassembler, std::span<const std::byte> code, const x86::SystemRegisters& system);

}  // namespace husk::soft
