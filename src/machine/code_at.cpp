#include "machine/code_at.hpp"

#include "memory/entries.hpp"
#include "x86/walk.hpp"

namespace husk::machine {

CodeAt code_at(const GuestMemory& memory, const x86::SystemRegisters& system, const x86::Registers& registers)
{
    CodeAt code;
    code.linear = x86::linear_address(system, &x86::SystemRegisters::cs, registers.rip);
    for (; code.size < code.bytes.size(); ++code.size) {
        const GuestVirt next{code.linear.value + code.size};
        const auto physical = x86::walk(system, next, entry_reader(memory)).physical;
        if (!physical) break;
        const auto byte = memory.load<std::byte>(*physical);
        if (!byte) {
            if (code.size == 0) code.nowhere = physical;
            break;
        }
        code.bytes.at(code.size) = *byte;
    }
    return code;
}

bool turns_on_legacy_paging(const CodeAt& code, const x86::SystemRegisters& system, const x86::Registers& registers)
{
    if (system.cr0.has(x86::Cr0::PG) || system.efer.has(x86::Efer::LME)) return false;
    // 0F 22 /r: MOV CRr, register. SDM Vol. 2B, "MOV—Move to/from Control Registers".
    if (code.size < 3 || code.bytes[0] != std::byte{0x0F} || code.bytes[1] != std::byte{0x22}) return false;
    const auto modrm = std::to_integer<unsigned>(code.bytes[2]);
    const std::array sources{registers.rax, registers.rcx, registers.rdx, registers.rbx,
                             registers.rsp, registers.rbp, registers.rsi, registers.rdi};
    const bool to_cr0 = (modrm >> 3 & 7) == 0;
    return to_cr0 && Flags<x86::Cr0>{sources.at(modrm & 7)}.has(x86::Cr0::PG);
}

}  // namespace husk::machine
