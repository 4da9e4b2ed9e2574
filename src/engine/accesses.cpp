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

constexpr std::uint64_t kWord = 8;  // what 64-bit code pushes and pops

/// Capstone's instruction, and the handle that it came from.
class Decoded {
public:
    explicit Decoded(std::span<const std::byte> code)
    {
        if (cs_open(CS_ARCH_X86, CS_MODE_64, &handle_) != CS_ERR_OK) throw Error{"cs_open", ENOMEM};
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
    x86_reg wide, narrow;
    std::uint64_t x86::Registers::*value;
};
constexpr std::array kNamed{
    Named{X86_REG_RAX, X86_REG_EAX, &x86::Registers::rax},  Named{X86_REG_RBX, X86_REG_EBX, &x86::Registers::rbx},
    Named{X86_REG_RCX, X86_REG_ECX, &x86::Registers::rcx},  Named{X86_REG_RDX, X86_REG_EDX, &x86::Registers::rdx},
    Named{X86_REG_RSI, X86_REG_ESI, &x86::Registers::rsi},  Named{X86_REG_RDI, X86_REG_EDI, &x86::Registers::rdi},
    Named{X86_REG_RSP, X86_REG_ESP, &x86::Registers::rsp},  Named{X86_REG_RBP, X86_REG_EBP, &x86::Registers::rbp},
    Named{X86_REG_R8, X86_REG_R8D, &x86::Registers::r8},    Named{X86_REG_R9, X86_REG_R9D, &x86::Registers::r9},
    Named{X86_REG_R10, X86_REG_R10D, &x86::Registers::r10}, Named{X86_REG_R11, X86_REG_R11D, &x86::Registers::r11},
    Named{X86_REG_R12, X86_REG_R12D, &x86::Registers::r12}, Named{X86_REG_R13, X86_REG_R13D, &x86::Registers::r13},
    Named{X86_REG_R14, X86_REG_R14D, &x86::Registers::r14}, Named{X86_REG_R15, X86_REG_R15D, &x86::Registers::r15},
};

constexpr std::uint64_t kLow32 = 0xFFFF'FFFF;

/// What the register holds; nothing if it is one that no general register is.
std::optional<std::uint64_t> value_of(x86_reg reg, const x86::Registers& registers, std::uint64_t next)
{
    if (reg == X86_REG_INVALID || reg == X86_REG_RIZ || reg == X86_REG_EIZ) return 0;
    if (reg == X86_REG_RIP || reg == X86_REG_EIP) return next;
    if (reg == X86_REG_AL) return registers.rax & 0xFF;  // XLAT
    for (const Named& named : kNamed) {
        if (reg == named.wide) return registers.*named.value;
        if (reg == named.narrow) return registers.*named.value & kLow32;
    }
    return std::nullopt;
}

/// What surrounds an instruction.
struct Context {
    const cs_insn& instruction;
    const x86::Registers& registers;
    std::uint64_t fs_base, gs_base;

    const cs_x86& detail() const { return instruction.detail->x86; }
    std::span<const cs_x86_op> operands() const { return std::span{detail().operands}.first(detail().op_count); }
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
    if (memory.segment == X86_REG_FS) at += context.fs_base;
    if (memory.segment == X86_REG_GS) at += context.gs_base;
    return MemoryAccess{at, size, writes(operand, context)};
}

/// What the instruction does on the stack, or where else no operand tells.
void add_implicit(const Context& context, std::vector<MemoryAccess>& accesses)
{
    const x86::Registers& registers = context.registers;
    const std::uint64_t item = context.detail().prefix[2] == X86_PREFIX_OPSIZE ? 2 : kWord;
    switch (context.instruction.id) {
        case X86_INS_PUSH:
        case X86_INS_PUSHF:
        case X86_INS_PUSHFQ: accesses.push_back({registers.rsp - item, item, true}); break;
        case X86_INS_CALL:
        case X86_INS_ENTER: accesses.push_back({registers.rsp - kWord, kWord, true}); break;
        case X86_INS_POP:
        case X86_INS_POPF:
        case X86_INS_POPFQ: accesses.push_back({registers.rsp, item, false}); break;
        case X86_INS_RET: accesses.push_back({registers.rsp, kWord, false}); break;
        case X86_INS_LEAVE: accesses.push_back({registers.rbp, kWord, false}); break;
        case X86_INS_IRETQ: accesses.push_back({registers.rsp, 5 * kWord, false}); break;
        case X86_INS_MASKMOVQ: accesses.push_back({registers.rdi, 8, true}); break;
        case X86_INS_MASKMOVDQU:
        case X86_INS_VMASKMOVDQU: accesses.push_back({registers.rdi, 16, true}); break;
        default: break;
    }
}

/// Operands in memory that are only named.
bool touches_operands(const cs_insn& instruction)
{
    constexpr std::array kOnlyNamed{X86_INS_LEA,        X86_INS_NOP,        X86_INS_PREFETCH,   X86_INS_PREFETCHW,
                                    X86_INS_PREFETCHT0, X86_INS_PREFETCHT1, X86_INS_PREFETCHT2, X86_INS_PREFETCHNTA};
    return std::ranges::find(kOnlyNamed, static_cast<x86_insn>(instruction.id)) == kOnlyNamed.end();
}

}  // namespace

std::vector<MemoryAccess> accesses_of(std::span<const std::byte> code, const x86::Registers& registers, std::uint64_t fs_base,
                                      std::uint64_t gs_base)
{
    const Decoded decoded{code};
    std::vector<MemoryAccess> accesses;
    if (decoded.get() == nullptr) return accesses;
    const Context context{*decoded.get(), registers, fs_base, gs_base};
    if (!touches_operands(context.instruction)) return accesses;
    for (const cs_x86_op& operand : context.operands()) {
        if (operand.type != X86_OP_MEM) continue;
        if (const auto access = access_of(operand, context)) accesses.push_back(*access);
    }
    add_implicit(context, accesses);
    return accesses;
}

}  // namespace husk::engine
