#include "engine/soft/cpu/segment_fault.hpp"

#include "engine/soft/decode/segment_use.hpp"
#include "x86/descriptor.hpp"

#include <algorithm>
#include <array>

namespace husk::soft {

namespace {

using x86::Registers;
using x86::Segment;
using x86::SystemRegisters;

struct Named {
    x86_reg reg;
    std::uint64_t Registers::*field;
};
constexpr std::array<Named, 12> kGeneral{{
    {X86_REG_EAX, &Registers::rax},
    {X86_REG_EBX, &Registers::rbx},
    {X86_REG_ECX, &Registers::rcx},
    {X86_REG_EDX, &Registers::rdx},
    {X86_REG_ESI, &Registers::rsi},
    {X86_REG_EDI, &Registers::rdi},
    {X86_REG_ESP, &Registers::rsp},
    {X86_REG_EBP, &Registers::rbp},
    {X86_REG_BX, &Registers::rbx},
    {X86_REG_BP, &Registers::rbp},
    {X86_REG_SI, &Registers::rsi},
    {X86_REG_DI, &Registers::rdi},
}};

std::uint64_t value_of(x86_reg reg, const Registers& registers)
{
    const auto* found = std::ranges::find(kGeneral, reg, &Named::reg);
    return found == kGeneral.end() ? 0 : registers.*found->field;
}

Segment SystemRegisters::*segment_of(const x86_op_mem& memory)
{
    switch (memory.segment) {
        case X86_REG_ES: return &SystemRegisters::es;
        case X86_REG_CS: return &SystemRegisters::cs;
        case X86_REG_SS: return &SystemRegisters::ss;
        case X86_REG_DS: return &SystemRegisters::ds;
        case X86_REG_FS: return &SystemRegisters::fs;
        case X86_REG_GS: return &SystemRegisters::gs;
        default: break;
    }
    const bool by_stack = memory.base == X86_REG_EBP || memory.base == X86_REG_ESP || memory.base == X86_REG_BP;
    return by_stack ? &SystemRegisters::ss : &SystemRegisters::ds;
}

/// A piece of memory that an instruction uses.
struct Piece {
    Segment SystemRegisters::*segment;
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
    bool write = false;
};

std::optional<x86::Exception> check(const Piece& piece, const x86::State& state)
{
    const Segment& segment = state.system.*piece.segment;
    bool allowed = x86::within_limit(segment, piece.offset, piece.size);
    if (state.system.cr0.has(x86::Cr0::PE) && !state.registers.rflags.has(x86::Rflags::VM)) {
        const bool readable = !is_code(segment) || (segment.type & x86::kReadable) != 0;
        allowed = allowed && segment.present && !segment.unusable && (piece.write ? is_writable_data(segment) : readable);
    }
    if (allowed) return std::nullopt;
    const bool stack = piece.segment == &SystemRegisters::ss;
    return x86::Exception{.vector = stack ? x86::kStackFault : x86::kGeneralProtection, .has_error_code = true};
}

std::uint32_t offset_of(const cs_x86& detail, const x86_op_mem& memory, const Registers& registers)
{
    const std::uint64_t index = value_of(memory.index, registers) * static_cast<std::uint64_t>(memory.scale);
    const auto offset =
        static_cast<std::uint32_t>(value_of(memory.base, registers) + index + static_cast<std::uint64_t>(memory.disp));
    return detail.addr_size == 2 ? offset & 0xFFFF : offset;
}

/// Operands in memory, which some instructions only name.
bool touches_operands(const cs_insn& instruction)
{
    constexpr std::array kOnlyNamed{X86_INS_LEA, X86_INS_NOP, X86_INS_INVLPG, X86_INS_PREFETCH, X86_INS_PREFETCHW};
    return std::ranges::find(kOnlyNamed, static_cast<x86_insn>(instruction.id)) == kOnlyNamed.end();
}

/// A repeated string instruction that has nothing to do.
bool is_over(const cs_x86& detail, const Registers& registers)
{
    if (detail.prefix[0] != X86_PREFIX_REP && detail.prefix[0] != X86_PREFIX_REPNE) return false;
    const std::uint64_t mask = detail.addr_size == 2 ? 0xFFFF : 0xFFFF'FFFF;
    return (registers.rcx & mask) == 0;
}

std::optional<x86::Exception> check_operands(const cs_insn& instruction, const x86::State& state)
{
    const cs_x86& detail = instruction.detail->x86;
    if (!touches_operands(instruction) || is_over(detail, state.registers)) return std::nullopt;
    for (const cs_x86_op& operand : std::span{detail.operands}.first(detail.op_count)) {
        if (operand.type != X86_OP_MEM) continue;
        const Piece piece{.segment = segment_of(operand.mem),
                          .offset = offset_of(detail, operand.mem, state.registers),
                          .size = std::max<std::uint32_t>(operand.size, 1),
                          // Capstone 4 has TEST write.
                          .write = (operand.access & CS_AC_WRITE) != 0 && instruction.id != X86_INS_TEST};
        if (auto fault = check(piece, state)) return fault;
    }
    return std::nullopt;
}

/// How many items an instruction pushes (negative) or pops.
int items_of(unsigned id)
{
    switch (id) {
        case X86_INS_PUSH:
        case X86_INS_PUSHF:
        case X86_INS_PUSHFD:
        case X86_INS_CALL:
        case X86_INS_ENTER: return -1;
        case X86_INS_LCALL: return -2;
        case X86_INS_PUSHAW:
        case X86_INS_PUSHAL: return -8;
        case X86_INS_POP:
        case X86_INS_POPF:
        case X86_INS_POPFD:
        case X86_INS_LEAVE:
        case X86_INS_RET: return 1;
        case X86_INS_RETF: return 2;
        case X86_INS_IRET:
        case X86_INS_IRETD: return 3;
        case X86_INS_POPAW:
        case X86_INS_POPAL: return 8;
        default: return 0;
    }
}

std::optional<x86::Exception> check_stack(const cs_insn& instruction, const x86::State& state, unsigned bits)
{
    const int items = items_of(instruction.id);
    const bool switched = instruction.detail->x86.prefix[2] == X86_PREFIX_OPSIZE;
    const std::uint32_t width = (bits == 16) != switched ? 2 : 4;
    const std::uint32_t mask = state.system.ss.big ? 0xFFFF'FFFF : 0xFFFF;
    const std::uint64_t pointer = instruction.id == X86_INS_LEAVE ? state.registers.rbp : state.registers.rsp;
    for (int i = std::min(items, 0); i < std::max(items, 0); ++i) {
        const auto offset = static_cast<std::uint32_t>(pointer + static_cast<std::uint64_t>(i) * width) & mask;
        const Piece piece{.segment = &SystemRegisters::ss, .offset = offset, .size = width, .write = items < 0};
        if (auto fault = check(piece, state)) return fault;
    }
    return std::nullopt;
}

}  // namespace

std::optional<x86::Exception> segment_fault(Disassembler& disassembler, std::span<const std::byte> code, const x86::State& state)
{
    const unsigned bits = x86::bits_of_code(state.system);
    const cs_insn* instruction = disassembler.decode(code, bits);
    if (instruction == nullptr || bits == 64) return std::nullopt;
    if (auto fault = check_operands(*instruction, state)) return fault;
    return check_stack(*instruction, state, bits);
}

}  // namespace husk::soft
