#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace husk::soft {

/// IN, OUT, INS, OUTS or HLT: the instructions that the software engine executes itself, or at least stops at.
struct PortInstruction {
    enum class Kind : std::uint8_t { In, Out, StringIn, StringOut, Halt };

    Kind kind = Kind::Halt;
    std::uint8_t width = 0;                 ///< bytes an item: 1, 2 or 4
    std::optional<std::uint8_t> immediate;  ///< the port, if it is in the instruction and not in DX
    bool locked = false;                    ///< has a LOCK prefix, which makes it an invalid opcode
    std::uint8_t size = 0;                  ///< of the instruction, in bytes
};

/// What comes before an instruction's opcode.
struct Prefixes {
    std::size_t count = 0;  ///< bytes
    bool operand_size = false;
    bool locked = false;
    std::uint8_t rex = 0;  ///< the last one, which counts only if it is the last of all
};
Prefixes skip_prefixes(std::span<const std::byte> code, unsigned bits);

/// The instruction at the start of `code`, if it is one of these. `bits` is the code segment's operand size: 16, 32 or 64.
/// SDM Vol. 2A, "Instruction Prefixes" (2.1.1); Vol. 2D, "One-Byte Opcode Map" (A.3).
std::optional<PortInstruction> decode_port_instruction(std::span<const std::byte> code, unsigned bits);

inline constexpr std::size_t kLongestInstruction = 15;  ///< bytes of an x86 instruction. SDM Vol. 2A, "Instruction Format" (2.1)

/// The first opcode byte, after all prefixes; nothing if `code` is too short.
std::optional<std::byte> opcode(std::span<const std::byte> code, unsigned bits);

/// True if the instruction in `code` ends a run of straight-line code (jump, call, return, software interrupt, HLT …).
bool ends_block(std::span<const std::byte> code, unsigned bits);

}  // namespace husk::soft
