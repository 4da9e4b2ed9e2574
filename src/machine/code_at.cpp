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

}  // namespace husk::machine
