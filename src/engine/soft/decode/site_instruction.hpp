#pragma once

#include "engine/soft/decode/prefixes.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace husk::soft {

/// An instruction that the software engine executes itself, or at least stops at.
struct SiteInstruction {
    enum class Kind : std::uint8_t {
        In,
        Out,
        StringIn,   ///< INS
        StringOut,  ///< OUTS
        Halt,
        Debug,       ///< INT1
        Interrupt,   ///< INT n
        Breakpoint,  ///< INT3
        Overflow,    ///< INTO
        SystemCall,
        SystemEnter,
        ReadCr8,  ///< MOV r64, CR8
        WriteCr8,
        WriteControl,   ///< MOV to CR0, CR3 or CR4
        ReadMsr,        ///< RDMSR
        WriteMsr,       ///< WRMSR
        LoadTask,       ///< LTR; its size is not found out
        WriteDebug,     ///< MOV to a debug register
        LockedBitTest,  ///< BT, BTS, BTR or BTC of a register with a LOCK prefix: an invalid opcode
        // Those whose result Unicorn gets wrong: misexecuted.cpp, repair.cpp
        LoopWhile,         ///< LOOPE, LOOPNE
        CompareExchange,   ///< CMPXCHG of 32 bits in 64-bit code
        CompareExchange8,  ///< CMPXCHG8B, CMPXCHG16B
        LockedNegate,      ///< LOCK NEG
        DoubleShift,       ///< SHLD, SHRD by an immediate of memory that is addressed by RIP
    };

    Kind kind = Kind::Halt;
    std::uint8_t size = 0;          ///< of the instruction, in bytes; not of those that repair.cpp has Unicorn execute
    std::uint8_t width = 0;         ///< ports: bytes an item: 1, 2 or 4; LOOPcc: of the instruction pointer: 2, 4 or 8
    std::uint8_t address_bits = 0;  ///< of string instructions and LOOPcc: 16, 32 or 64
    /// The port, if it is in the instruction and not in DX; the vector of INT n; how far LOOPcc jumps.
    std::optional<std::uint8_t> immediate;
    std::uint8_t reg = 0;      ///< the general register of MOV with a control or debug register, CMPXCHG's first operand, 0–15
    std::uint8_t special = 0;  ///< that control or debug register as encoded, 0–15
    bool in_memory = false;    ///< CMPXCHG: that operand is memory
    bool while_zero = false;   ///< LOOPcc: as long as ZF is set
    bool repeated = false;     ///< has a REP prefix
    SegmentPrefix segment = SegmentPrefix::None;
    bool locked = false;  ///< has a LOCK prefix
};

/// The instruction at the start of `code`, if it is one of these. `bits` is the code segment's operand size: 16, 32 or 64.
/// SDM Vol. 2A, "Instruction Prefixes" (2.1.1); Vol. 2D, "One-Byte Opcode Map" (A.3).
std::optional<SiteInstruction> decode_site_instruction(std::span<const std::byte> code, unsigned bits);

/// The first opcode byte, after all prefixes; nothing if `code` is too short.
std::optional<std::byte> opcode(std::span<const std::byte> code, unsigned bits);

/// True if Unicorn must not so much as translate such an instruction: translating LockedBitTest it ends the process (tcg_abort()),
/// executing WriteDebug, if that sets a breakpoint, it frees the code that it is executing.
bool is_unsafe(const SiteInstruction& instruction);

/// How many of its temporary variables Unicorn never gives back when it translates the instruction in `code`, or more. It has 512
/// for a block of code, keeps over a hundred for itself, and writes beyond them without looking.
unsigned temporaries_of(std::span<const std::byte> code, unsigned bits);
inline constexpr unsigned kMostTemporaries = 128;  ///< of a block

/// True if the instruction in `code` ends a run of straight-line code (jump, call, return, software interrupt, HLT …).
bool ends_block(std::span<const std::byte> code, unsigned bits);

}  // namespace husk::soft
