#include "engine/accesses.hpp"

#include <husk/error.hpp>

#include <capstone/capstone.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <optional>

namespace husk::engine {

namespace {

/// Capstone's instruction, and the handle that it came from.
class Decoded {
public:
    Decoded(std::span<const std::byte> code, unsigned bits)
    {
        if (cs_open(CS_ARCH_X86, bits == 64 ? CS_MODE_64 : bits == 32 ? CS_MODE_32 : CS_MODE_16, &handle_) != CS_ERR_OK)
            throw Error{"cs_open", ENOMEM};
        cs_option(handle_, CS_OPT_DETAIL, CS_OPT_ON);
        found_ = cs_disasm(handle_, reinterpret_cast<const std::uint8_t*>(code.data()), code.size(), 0, 1, &instruction_) == 1;
    }
    ~Decoded()
    {
        if (found_) cs_free(instruction_, 1);
        cs_close(&handle_);
    }
    Decoded(const Decoded&) = delete;
    Decoded& operator=(const Decoded&) = delete;

    const cs_insn* get() const { return found_ ? instruction_ : nullptr; }

private:
    csh handle_ = 0;
    cs_insn* instruction_ = nullptr;
    bool found_ = false;
};

/// A register that addresses are made of.
struct Named {
    x86_reg wide, narrow, word;
    std::uint64_t x86::Registers::*value;
};
constexpr std::array kNamed{
    Named{X86_REG_RAX, X86_REG_EAX, X86_REG_AX, &x86::Registers::rax},
    Named{X86_REG_RBX, X86_REG_EBX, X86_REG_BX, &x86::Registers::rbx},
    Named{X86_REG_RCX, X86_REG_ECX, X86_REG_CX, &x86::Registers::rcx},
    Named{X86_REG_RDX, X86_REG_EDX, X86_REG_DX, &x86::Registers::rdx},
    Named{X86_REG_RSI, X86_REG_ESI, X86_REG_SI, &x86::Registers::rsi},
    Named{X86_REG_RDI, X86_REG_EDI, X86_REG_DI, &x86::Registers::rdi},
    Named{X86_REG_RSP, X86_REG_ESP, X86_REG_SP, &x86::Registers::rsp},
    Named{X86_REG_RBP, X86_REG_EBP, X86_REG_BP, &x86::Registers::rbp},
    Named{X86_REG_R8, X86_REG_R8D, X86_REG_R8W, &x86::Registers::r8},
    Named{X86_REG_R9, X86_REG_R9D, X86_REG_R9W, &x86::Registers::r9},
    Named{X86_REG_R10, X86_REG_R10D, X86_REG_R10W, &x86::Registers::r10},
    Named{X86_REG_R11, X86_REG_R11D, X86_REG_R11W, &x86::Registers::r11},
    Named{X86_REG_R12, X86_REG_R12D, X86_REG_R12W, &x86::Registers::r12},
    Named{X86_REG_R13, X86_REG_R13D, X86_REG_R13W, &x86::Registers::r13},
    Named{X86_REG_R14, X86_REG_R14D, X86_REG_R14W, &x86::Registers::r14},
    Named{X86_REG_R15, X86_REG_R15D, X86_REG_R15W, &x86::Registers::r15},
};

constexpr std::uint64_t kLow16 = 0xFFFF, kLow32 = 0xFFFF'FFFF;

/// What the register holds; nothing if it is one that no general register is.
std::optional<std::uint64_t> value_of(x86_reg reg, const x86::Registers& registers, std::uint64_t next)
{
    if (reg == X86_REG_INVALID || reg == X86_REG_RIZ || reg == X86_REG_EIZ) return 0;
    if (reg == X86_REG_RIP || reg == X86_REG_EIP) return next;
    if (reg == X86_REG_AL) return registers.rax & 0xFF;  // XLAT
    for (const Named& named : kNamed) {
        if (reg == named.wide) return registers.*named.value;
        if (reg == named.narrow) return registers.*named.value & kLow32;
        if (reg == named.word) return registers.*named.value & kLow16;
    }
    return std::nullopt;
}

/// Where segments begin.
struct SegmentBases {
    std::uint64_t cs = 0, ss = 0, ds = 0, es = 0, fs = 0, gs = 0;
};

/// What surrounds an instruction.
struct Context {
    const cs_insn& instruction;
    const x86::Registers& registers;
    SegmentBases bases;
    unsigned bits;        ///< of the code
    unsigned stack_bits;  ///< of the stack pointer

    const cs_x86& detail() const { return instruction.detail->x86; }
    std::span<const cs_x86_op> operands() const { return std::span{detail().operands}.first(detail().op_count); }
    /// What is past the last byte of linear addresses is the first again.
    std::uint64_t linear(std::uint64_t address) const { return bits == 64 ? address : address & kLow32; }
};

/// How far from its operand in memory a bit test goes for the bit that a register names. SDM Vol. 2A, "BT—Bit Test".
std::uint64_t bit_distance(const Context& context, std::uint64_t size)
{
    constexpr std::array kBitTests{X86_INS_BT, X86_INS_BTC, X86_INS_BTR, X86_INS_BTS};
    const auto operands = context.operands();
    const bool tests = std::ranges::find(kBitTests, static_cast<x86_insn>(context.instruction.id)) != kBitTests.end();
    if (!tests || operands.size() < 2 || operands[1].type != X86_OP_REG || size < 4) return 0;
    const auto bit = value_of(operands[1].reg, context.registers, 0).value_or(0);
    const auto offset = size == 4 ? static_cast<std::int64_t>(static_cast<std::int32_t>(bit)) : static_cast<std::int64_t>(bit);
    const auto bits = static_cast<std::int64_t>(size) * 8;
    const std::int64_t words = offset >= 0 ? offset / bits : (offset - bits + 1) / bits;
    return static_cast<std::uint64_t>(words) * size;
}

/// SDM Vol. 2A, "FXSAVE", Vol. 1, "XSAVE Area" (13.4): Capstone gives these no size of their own.
std::uint64_t size_of(const cs_x86_op& operand, unsigned id)
{
    constexpr std::array kAreas{X86_INS_FXSAVE, X86_INS_FXSAVE64, X86_INS_FXRSTOR, X86_INS_FXRSTOR64};
    constexpr std::array kLargeAreas{X86_INS_XSAVE,    X86_INS_XSAVE64,    X86_INS_XSAVEC, X86_INS_XSAVEC64,
                                     X86_INS_XSAVEOPT, X86_INS_XSAVEOPT64, X86_INS_XRSTOR, X86_INS_XRSTOR64};
    constexpr std::uint64_t kArea = 512, kLargeArea = 576;
    if (std::ranges::find(kAreas, static_cast<x86_insn>(id)) != kAreas.end()) return kArea;
    if (std::ranges::find(kLargeAreas, static_cast<x86_insn>(id)) != kLargeAreas.end()) return kLargeArea;
    return std::max<std::uint64_t>(operand.size, 1);
}

/// Capstone 4 takes some writes for reads, and some reads for writes.
bool writes(const cs_x86_op& operand, const Context& context)
{
    constexpr std::array kOnlyRead{X86_INS_TEST,  X86_INS_CMP,   X86_INS_BT,   X86_INS_CMPSB,
                                   X86_INS_CMPSW, X86_INS_CMPSD, X86_INS_CMPSQ};
    constexpr std::array kStores{
        X86_INS_FXSAVE,   X86_INS_FXSAVE64,   X86_INS_XSAVE,   X86_INS_XSAVE64,  X86_INS_XSAVEC,    X86_INS_XSAVEC64,
        X86_INS_XSAVEOPT, X86_INS_XSAVEOPT64, X86_INS_STMXCSR, X86_INS_VSTMXCSR, X86_INS_CMPXCHG8B, X86_INS_CMPXCHG16B,
        X86_INS_FST,      X86_INS_FSTP,       X86_INS_FIST,    X86_INS_FISTP,    X86_INS_FISTTP,    X86_INS_FBSTP,
        X86_INS_FNSTCW,   X86_INS_FNSTSW,     X86_INS_FNSTENV, X86_INS_FNSAVE,
    };
    const auto id = static_cast<x86_insn>(context.instruction.id);
    if (std::ranges::find(kOnlyRead, id) != kOnlyRead.end()) return false;
    if (std::ranges::find(kStores, id) != kStores.end()) return true;
    const bool is_destination = context.operands().size() > 1 && &operand == context.operands().data();
    return is_destination || (operand.access & CS_AC_WRITE) != 0;
}

/// The segment that the operand lies in: SDM Vol. 1, "Specifying a Segment Selector" (3.7.4).
std::uint64_t base_of(const x86_op_mem& memory, const SegmentBases& bases)
{
    constexpr std::array kOnStack{X86_REG_RSP, X86_REG_ESP, X86_REG_SP, X86_REG_RBP, X86_REG_EBP, X86_REG_BP};
    switch (memory.segment) {
        case X86_REG_CS: return bases.cs;
        case X86_REG_SS: return bases.ss;
        case X86_REG_DS: return bases.ds;
        case X86_REG_ES: return bases.es;
        case X86_REG_FS: return bases.fs;
        case X86_REG_GS: return bases.gs;
        default: return std::ranges::find(kOnStack, memory.base) != kOnStack.end() ? bases.ss : bases.ds;
    }
}

std::optional<MemoryAccess> access_of(const cs_x86_op& operand, const Context& context)
{
    const x86_op_mem& memory = operand.mem;
    const std::uint64_t next = context.registers.rip + context.instruction.size;
    const auto base = value_of(memory.base, context.registers, next);
    const auto index = value_of(memory.index, context.registers, next);
    if (!base || !index) return std::nullopt;
    const std::uint64_t size = size_of(operand, context.instruction.id);
    std::uint64_t at = *base + *index * static_cast<std::uint64_t>(memory.scale) + static_cast<std::uint64_t>(memory.disp) +
                       bit_distance(context, size);
    if (context.detail().addr_size == 4) at &= kLow32;
    if (context.detail().addr_size == 2) at &= kLow16;
    return MemoryAccess{context.linear(base_of(memory, context.bases) + at), size, writes(operand, context)};
}

/// What the instruction does on the stack, or where else no operand tells.
void add_implicit(const Context& context, std::vector<MemoryAccess>& accesses)
{
    const x86::Registers& registers = context.registers;
    const std::uint64_t word = context.bits / 8, narrow = context.bits == 16 ? 4 : 2;
    const std::uint64_t item = context.detail().prefix[2] == X86_PREFIX_OPSIZE ? narrow : word;
    const std::uint64_t transfer = context.bits == 64 ? word : item;
    const auto stack = [&](std::uint64_t pointer, std::uint64_t size, bool write) {
        const std::uint64_t mask = context.stack_bits == 64 ? ~0ull : context.stack_bits == 32 ? kLow32 : kLow16;
        accesses.push_back({context.linear(context.bases.ss + (pointer & mask)), size, write});
    };
    switch (context.instruction.id) {
        case X86_INS_PUSH:
        case X86_INS_PUSHF:
        case X86_INS_PUSHFD:
        case X86_INS_PUSHFQ: return stack(registers.rsp - item, item, true);
        case X86_INS_PUSHAW:
        case X86_INS_PUSHAL: return stack(registers.rsp - 8 * item, 8 * item, true);
        case X86_INS_CALL:
        case X86_INS_ENTER: return stack(registers.rsp - transfer, transfer, true);
        case X86_INS_LCALL: return stack(registers.rsp - 2 * transfer, 2 * transfer, true);
        case X86_INS_POP:
        case X86_INS_POPF:
        case X86_INS_POPFD:
        case X86_INS_POPFQ: return stack(registers.rsp, item, false);
        case X86_INS_POPAW:
        case X86_INS_POPAL: return stack(registers.rsp, 8 * item, false);
        case X86_INS_RET: return stack(registers.rsp, transfer, false);
        case X86_INS_RETF: return stack(registers.rsp, 2 * transfer, false);
        case X86_INS_LEAVE: return stack(registers.rbp, transfer, false);
        case X86_INS_IRET:
        case X86_INS_IRETD: return stack(registers.rsp, 3 * item, false);
        case X86_INS_IRETQ: return stack(registers.rsp, 5 * word, false);
        case X86_INS_MASKMOVQ: accesses.push_back({context.linear(context.bases.ds + registers.rdi), 8, true}); return;
        case X86_INS_MASKMOVDQU:
        case X86_INS_VMASKMOVDQU: accesses.push_back({context.linear(context.bases.ds + registers.rdi), 16, true}); return;
        default: return;
    }
}

/// Operands in memory that are only named.
bool touches_operands(const cs_insn& instruction)
{
    constexpr std::array kOnlyNamed{X86_INS_LEA,        X86_INS_NOP,        X86_INS_PREFETCH,   X86_INS_PREFETCHW,
                                    X86_INS_PREFETCHT0, X86_INS_PREFETCHT1, X86_INS_PREFETCHT2, X86_INS_PREFETCHNTA};
    return std::ranges::find(kOnlyNamed, static_cast<x86_insn>(instruction.id)) == kOnlyNamed.end();
}

std::vector<MemoryAccess> accesses(const Context& context)
{
    std::vector<MemoryAccess> all;
    if (!touches_operands(context.instruction)) return all;
    for (const cs_x86_op& operand : context.operands()) {
        if (operand.type != X86_OP_MEM) continue;
        if (const auto access = access_of(operand, context)) all.push_back(*access);
    }
    add_implicit(context, all);
    return all;
}

}  // namespace

std::vector<MemoryAccess> accesses_of(std::span<const std::byte> code, const x86::Registers& registers, std::uint64_t fs_base,
                                      std::uint64_t gs_base)
{
    const Decoded decoded{code, 64};
    if (decoded.get() == nullptr) return {};
    return accesses({*decoded.get(), registers, {.fs = fs_base, .gs = gs_base}, 64, 64});
}

std::vector<MemoryAccess> accesses_of(std::span<const std::byte> code, const x86::Registers& registers,
                                      const x86::SystemRegisters& system)
{
    const unsigned bits = x86::bits_of_code(system);
    if (bits == 64) return accesses_of(code, registers, system.fs.base, system.gs.base);
    const Decoded decoded{code, bits};
    if (decoded.get() == nullptr) return {};
    const SegmentBases bases{system.cs.base, system.ss.base, system.ds.base, system.es.base, system.fs.base, system.gs.base};
    return accesses({*decoded.get(), registers, bases, bits, system.ss.big ? 32u : 16u});
}

}  // namespace husk::engine
