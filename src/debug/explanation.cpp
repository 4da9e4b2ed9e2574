#include "debug/explanation.hpp"

#include "debug/explain.hpp"

#include <fmt/format.h>

#include <utility>

namespace husk::debug {

namespace {

template <typename Bit>
BitRegister bit_register(std::string_view name, Flags<Bit> flags)
{
    BitRegister result{.name = name, .value = flags.word(), .set = bits_in(flags.word(), named_bits(flags))};
    result.unnamed = flags.word();
    for (const NamedBit& bit : result.set) result.unnamed &= ~bit.mask;
    return result;
}

BitRegister rflags(Flags<x86::Rflags> flags)
{
    BitRegister result = bit_register("RFLAGS", flags);
    result.unnamed = Flags<x86::Rflags>{result.unnamed}.without(x86::Rflags::One).word();  // always set, and says nothing
    return result;
}

std::vector<SegmentWords> segments(const x86::SystemRegisters& s)
{
    using Named = std::pair<std::string_view, const x86::Segment*>;
    std::vector<SegmentWords> all;
    for (const auto& [name, segment] : {Named{"CS", &s.cs}, Named{"SS", &s.ss}, Named{"DS", &s.ds}, Named{"ES", &s.es},
                                        Named{"FS", &s.fs}, Named{"GS", &s.gs}, Named{"TR", &s.tr}, Named{"LDTR", &s.ldt}})
        all.push_back({name, *segment, segment_words(*segment, s.efer.has(x86::Efer::LMA))});
    return all;
}

}  // namespace

std::vector<std::pair<std::string_view, std::uint64_t>> named_values(const x86::Registers& r)
{
    return {{"rax", r.rax}, {"rbx", r.rbx}, {"rcx", r.rcx}, {"rdx", r.rdx}, {"rsi", r.rsi}, {"rdi", r.rdi},
            {"rsp", r.rsp}, {"rbp", r.rbp}, {"r8", r.r8},   {"r9", r.r9},   {"r10", r.r10}, {"r11", r.r11},
            {"r12", r.r12}, {"r13", r.r13}, {"r14", r.r14}, {"r15", r.r15}, {"rip", r.rip}};
}

std::string mode_words(const x86::SystemRegisters& system)
{
    return fmt::format("{}, {}-bit code", name(x86::mode_of(system)), x86::bits_of_code(system));
}

Explanation explain(const GuestMemory& memory, const x86::Registers& registers, const x86::SystemRegisters& system)
{
    return {.registers = registers,
            .system = system,
            .mode = explain_mode(registers, system),
            .bits = {bit_register("CR0", system.cr0), bit_register("CR4", system.cr4), bit_register("EFER", system.efer),
                     rflags(registers.rflags)},
            .segments = segments(system),
            .gdt = explain_gdt(memory, system),
            .idt = explain_idt(memory, system),
            .task = explain_task(memory, system),
            .pages = map_pages(memory, system),
            .code = explain_code(memory, registers, system)};
}

}  // namespace husk::debug
