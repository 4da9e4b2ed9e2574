#include "program/fault_address.hpp"

#include <husk/error.hpp>

#include <capstone/capstone.h>

#include <algorithm>
#include <cerrno>
#include <memory>

namespace husk::program {

namespace {

constexpr std::size_t kLongestInstruction = 15;

/// Capstone, open for 64-bit code with details.
class Decoder {
public:
    Decoder()
    {
        if (::cs_open(CS_ARCH_X86, CS_MODE_64, &handle_) != CS_ERR_OK) throw Error{"cs_open", ENOMEM, "the Capstone library"};
        ::cs_option(handle_, CS_OPT_DETAIL, CS_OPT_ON);
    }
    ~Decoder() { ::cs_close(&handle_); }
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;

    std::shared_ptr<cs_insn> decode(std::span<const std::byte> code, std::uint64_t address) const
    {
        std::vector<std::uint8_t> bytes;
        for (const std::byte byte : code.first(std::min(code.size(), kLongestInstruction)))
            bytes.push_back(std::to_integer<std::uint8_t>(byte));
        cs_insn* instruction = nullptr;
        const std::size_t count = ::cs_disasm(handle_, bytes.data(), bytes.size(), address, 1, &instruction);
        return {instruction, [count](cs_insn* which) { ::cs_free(which, count); }};
    }
    bool in_group(const cs_insn& instruction, unsigned group) const
    {
        return ::cs_insn_group(handle_, &instruction, static_cast<std::uint8_t>(group));
    }

private:
    csh handle_ = 0;
};

/// A register that an address is made of, by Capstone's name for it.
std::uint64_t value_of(x86_reg which, const x86::Registers& r, std::uint64_t next)
{
    constexpr std::uint64_t kLow = 0xFFFF'FFFF;
    switch (which) {
        case X86_REG_RAX: return r.rax;
        case X86_REG_RBX: return r.rbx;
        case X86_REG_RCX: return r.rcx;
        case X86_REG_RDX: return r.rdx;
        case X86_REG_RSI: return r.rsi;
        case X86_REG_RDI: return r.rdi;
        case X86_REG_RBP: return r.rbp;
        case X86_REG_RSP: return r.rsp;
        case X86_REG_R8: return r.r8;
        case X86_REG_R9: return r.r9;
        case X86_REG_R10: return r.r10;
        case X86_REG_R11: return r.r11;
        case X86_REG_R12: return r.r12;
        case X86_REG_R13: return r.r13;
        case X86_REG_R14: return r.r14;
        case X86_REG_R15: return r.r15;
        case X86_REG_EAX: return r.rax & kLow;
        case X86_REG_EBX: return r.rbx & kLow;
        case X86_REG_ECX: return r.rcx & kLow;
        case X86_REG_EDX: return r.rdx & kLow;
        case X86_REG_ESI: return r.rsi & kLow;
        case X86_REG_EDI: return r.rdi & kLow;
        case X86_REG_EBP: return r.rbp & kLow;
        case X86_REG_ESP: return r.rsp & kLow;
        case X86_REG_RIP: return next;
        default: return 0;  // none, or one that makes no address in 64-bit code
    }
}

bool is_vector(x86_reg which)
{
    return which >= X86_REG_XMM0 && which <= X86_REG_ZMM31;
}

}  // namespace

std::vector<MemoryAccess> memory_accesses(std::span<const std::byte> code, const x86::Registers& registers, std::uint64_t fs_base,
                                          std::uint64_t gs_base)
{
    static const Decoder decoder;
    const auto instruction = decoder.decode(code, registers.rip);
    std::vector<MemoryAccess> accesses;
    if (!instruction) return accesses;
    const cs_x86& details = instruction->detail->x86;
    const std::uint64_t next = registers.rip + instruction->size;
    for (std::uint8_t i = 0; i < details.op_count; ++i) {
        const cs_x86_op& operand = details.operands[i];
        // LEA and NOP name memory and do not touch it.
        if (operand.type != X86_OP_MEM || instruction->id == X86_INS_LEA || instruction->id == X86_INS_NOP) continue;
        if (is_vector(operand.mem.index)) continue;
        const std::uint64_t base = operand.mem.segment == X86_REG_FS ? fs_base : operand.mem.segment == X86_REG_GS ? gs_base : 0;
        const std::uint64_t address = base + value_of(operand.mem.base, registers, next) +
                                      value_of(operand.mem.index, registers, next) * static_cast<std::uint64_t>(operand.mem.scale) +
                                      static_cast<std::uint64_t>(operand.mem.disp);
        const bool write = (operand.access & CS_AC_WRITE) != 0;
        accesses.push_back({address, std::max<std::uint64_t>(operand.size, 1), write});
    }
    constexpr std::uint64_t kWord = 8;
    const bool pushes =
        instruction->id == X86_INS_PUSH || instruction->id == X86_INS_PUSHFQ || decoder.in_group(*instruction, X86_GRP_CALL);
    const bool pops = instruction->id == X86_INS_POP || instruction->id == X86_INS_POPFQ || instruction->id == X86_INS_LEAVE ||
                      decoder.in_group(*instruction, X86_GRP_RET);
    if (pushes) accesses.push_back({registers.rsp - kWord, kWord, true});
    if (pops) accesses.push_back({instruction->id == X86_INS_LEAVE ? registers.rbp : registers.rsp, kWord, false});
    return accesses;
}

}  // namespace husk::program
