#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace husk::soft {

/// How many bytes the instruction at the start of `code` has, as Unicorn decodes it; `bits` is the code segment's operand size: 16,
/// 32 or 64. Nothing if `code` ends before it does, or if it is longer than an instruction may be. What is no instruction has some
/// length too. SDM Vol. 2A, "Instruction Format" (2); Vol. 2D, "Opcode Map" (A).
///
/// A disassembler knows the same and much more, but its tables take longer to page in than a small guest runs.
std::optional<std::size_t> instruction_length(std::span<const std::byte> code, unsigned bits);

}  // namespace husk::soft
