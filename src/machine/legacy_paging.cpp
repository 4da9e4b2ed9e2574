#include "machine/legacy_paging.hpp"

namespace husk::machine {

namespace {

// MOV CR0, r32: 0F 22 /0, the register in the lower three bits. SDM Vol. 2B, "MOV—Move to/from Control Registers".
constexpr std::byte kEscape{0x0F};
constexpr std::byte kMovToCr{0x22};
constexpr std::uint8_t kRegisterMask = 0b111;
constexpr std::uint8_t kCr0Shift = 3;

std::uint64_t general_register(const x86::Registers& r, unsigned number)
{
    const std::array<std::uint64_t, 8> all{r.rax, r.rcx, r.rdx, r.rbx, r.rsp, r.rbp, r.rsi, r.rdi};
    return all.at(number);
}

}  // namespace

bool turns_on_legacy_paging(const CodeAt& code, const x86::Registers& registers, const x86::SystemRegisters& system)
{
    if (!system.cr0.has(x86::Cr0::PE) || system.cr0.has(x86::Cr0::PG) || system.efer.has(x86::Efer::LME)) return false;
    if (code.size < 3 || code.bytes[0] != kEscape || code.bytes[1] != kMovToCr) return false;
    const auto operands = std::to_integer<std::uint8_t>(code.bytes[2]);
    if ((operands >> kCr0Shift & kRegisterMask) != 0) return false;
    return Flags<x86::Cr0>{general_register(registers, operands & kRegisterMask)}.has(x86::Cr0::PG);
}

}  // namespace husk::machine
