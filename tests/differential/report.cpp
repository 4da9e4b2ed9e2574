#include "differential/report.hpp"

#include "debug/disassemble.hpp"
#include "differential/places.hpp"

#include <fmt/format.h>

namespace husk::test {

namespace {

constexpr std::size_t kAll = 1000;

std::string start_of(const Sequence& sequence)
{
    const x86::Registers& r = sequence.start.registers;
    const x86::SystemRegisters& s = sequence.start.system;
    std::string text = fmt::format("  rax {:x}  rbx {:x}  rcx {:x}  rdx {:x}\n  rsi {:x}  rdi {:x}  rsp {:x}  rbp {:x}\n", r.rax,
                                   r.rbx, r.rcx, r.rdx, r.rsi, r.rdi, r.rsp, r.rbp);
    if (bits(sequence.setting) == 64)
        text += fmt::format("  r8 {:x}  r9 {:x}  r10 {:x}  r11 {:x}\n  r12 {:x}  r13 {:x}  r14 {:x}  r15 {:x}\n", r.r8, r.r9, r.r10,
                            r.r11, r.r12, r.r13, r.r14, r.r15);
    text +=
        fmt::format("  rip {:x}  rflags {:x}  bases: es {:x} cs {:x} ss {:x} ds {:x} fs {:x} gs {:x}{}\n", r.rip, r.rflags.word(),
                    s.es.base, s.cs.base, s.ss.base, s.ds.base, s.fs.base, s.gs.base, s.ss.big ? "" : "  16-bit stack");
    return text;
}

void list(std::string& text, const Code& code, std::uint64_t address, unsigned width)
{
    for (const auto& instruction : debug::disassemble(code, address, width, kAll))
        text += fmt::format("  {:#x}: {:<32} {}\n", instruction.address, debug::hex_bytes(instruction.bytes), instruction.text);
}

}  // namespace

std::string report(const Sequence& sequence, std::span<const std::string> differences)
{
    const unsigned width = bits(sequence.setting);
    std::string text =
        fmt::format("sequence {} of seed {}, {}:\n{}", sequence.index, sequence.seed, name(sequence.setting), start_of(sequence));
    std::uint64_t address = sequence.start.registers.rip;
    list(text, sequence.prologue, address, width);
    address += sequence.prologue.size();
    for (const Step& step : sequence.steps) {
        if (!step.removed) list(text, step.code, address, width);
        address += step.code.size();
    }
    list(text, sequence.epilogue, address, width);
    text += "what differs:\n";
    for (const std::string& difference : differences) text += "  " + difference + "\n";
    return text;
}

}  // namespace husk::test
