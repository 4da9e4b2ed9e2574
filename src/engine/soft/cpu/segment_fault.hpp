#pragma once

#include "engine/soft/decode/disassembler.hpp"

#include <husk/x86.hpp>

#include <cstddef>
#include <optional>
#include <span>

namespace husk::soft {

/// The exception that the instruction at the start of `code` raises because of a segment that it uses in 16- or 32-bit code;
/// nothing if none. SDM Vol. 3A, "Limit Checking" (5.3), "Null Segment Selector Checking" (5.4.1), "Type Checking" (5.4).
std::optional<x86::Exception> segment_fault(Disassembler& disassembler, std::span<const std::byte> code, const x86::State& state);

}  // namespace husk::soft
