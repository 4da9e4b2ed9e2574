#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace husk::soft {

enum class SegmentPrefix : std::uint8_t { None, Es, Cs, Ss, Ds, Fs, Gs };

/// An instruction that the software engine executes itself, or at least stops at.
struct SiteInstruction {
    enum class Kind : std::uint8_t {
        In,
        Out,
        StringIn,   ///< INS
        StringOut,  ///< OUTS
        Halt,
        Debug,  ///< INT1
        SystemCall,
        SystemEnter,
        ReadCr8,  ///< MOV r64, CR8
        WriteCr8,
        WriteDr7,  ///< MOV DR7, r: breakpoints, whose enabling ends the process in Unicorn 2.1.1
    };

    Kind kind = Kind::Halt;
    std::uint8_t size = 0;                  ///< of the instruction, in bytes
    std::uint8_t width = 0;                 ///< ports: bytes an item: 1, 2 or 4
    std::uint8_t address_bits = 0;          ///< of string instructions: 16, 32 or 64
    std::optional<std::uint8_t> immediate;  ///< the port, if it is in the instruction and not in DX
    std::uint8_t reg = 0;                   ///< the general register of MOV with CR8 or DR7, 0–15
    bool repeated = false;                  ///< has a REP prefix
    SegmentPrefix segment = SegmentPrefix::None;
    bool locked = false;  ///< has a LOCK prefix, which makes it an invalid opcode
};

/// The instruction at the start of `code`, if it is one of these. `bits` is the code segment's operand size: 16, 32 or 64.
/// SDM Vol. 2A, "Instruction Prefixes" (2.1.1); Vol. 2D, "One-Byte Opcode Map" (A.3).
std::optional<SiteInstruction> decode_site_instruction(std::span<const std::byte> code, unsigned bits);

inline constexpr std::size_t kLongestInstruction = 15;  ///< bytes of an x86 instruction. SDM Vol. 2A, "Instruction Format" (2.1)

/// How many of the first bytes of `code` are prefixes, REX among them.
std::size_t count_prefixes(std::span<const std::byte> code, unsigned bits);

/// The first opcode byte, after all prefixes; nothing if `code` is too short.
std::optional<std::byte> opcode(std::span<const std::byte> code, unsigned bits);

/// True if the instruction in `code` ends a run of straight-line code (jump, call, return, software interrupt, HLT …).
bool ends_block(std::span<const std::byte> code, unsigned bits);

}  // namespace husk::soft
