#include "debug/explain.hpp"

#include "base/indented.hpp"
#include "debug/bits.hpp"
#include "debug/disassemble.hpp"
#include "debug/linear_memory.hpp"
#include "memory/entries.hpp"
#include "x86/walk.hpp"

#include <fmt/format.h>

#include <optional>

namespace husk::debug {

namespace {

std::string segment_line(std::string_view name, const x86::Segment& segment)
{
    if (segment.unusable) return fmt::format("  {:<4} {:04x}  unusable\n", name, segment.selector);
    std::string kind;
    if (segment.code_or_data)
        kind = (segment.type & 8) != 0 ? "code" : "data";
    else
        kind = fmt::format("system type {}", segment.type);
    if (segment.code_or_data && (segment.type & 8) != 0)
        kind += segment.long_code ? ", 64-bit" : segment.big ? ", 32-bit" : ", 16-bit";
    return fmt::format("  {:<4} {:04x}  base {:08x}  limit {:08x}  {}, ring {}\n", name, segment.selector, segment.base,
                       segment.limit, kind, segment.dpl);
}

std::string step_line(const x86::WalkStep& step)
{
    const auto level = x86::name_of_level(step.level);
    if (!step.readable) return fmt::format("  {:<6} at {:#x}: not in memory\n", level, step.at.value);
    const auto reserved = step.reserved != 0 ? fmt::format(", reserved bits {:#x}", step.reserved) : "";
    return fmt::format("  {:<6} at {:#x} = {:#x}: {}{}\n", level, step.at.value, step.entry, bit_names(step.flags()), reserved);
}

}  // namespace

std::string explain_registers(const x86::Registers& r, const x86::SystemRegisters& s)
{
    std::string text;
    text += fmt::format("  rax {:016x}  rbx {:016x}  rcx {:016x}  rdx {:016x}\n", r.rax, r.rbx, r.rcx, r.rdx);
    text += fmt::format("  rsi {:016x}  rdi {:016x}  rsp {:016x}  rbp {:016x}\n", r.rsi, r.rdi, r.rsp, r.rbp);
    text += fmt::format("  r8  {:016x}  r9  {:016x}  r10 {:016x}  r11 {:016x}\n", r.r8, r.r9, r.r10, r.r11);
    text += fmt::format("  r12 {:016x}  r13 {:016x}  r14 {:016x}  r15 {:016x}\n", r.r12, r.r13, r.r14, r.r15);
    text += fmt::format("  rip {:016x}  rflags {:08x} ({})\n", r.rip, r.rflags.word(), bit_names(r.rflags));
    text += fmt::format("  cr0 {:08x} ({})  cr2 {:x}  cr3 {:x}\n", s.cr0.word(), bit_names(s.cr0), s.cr2, s.cr3);
    text += fmt::format("  cr4 {:08x} ({})  efer {:x} ({})\n", s.cr4.word(), bit_names(s.cr4), s.efer.word(), bit_names(s.efer));
    text += segment_line("cs", s.cs) + segment_line("ss", s.ss) + segment_line("ds", s.ds) + segment_line("es", s.es);
    text += segment_line("fs", s.fs) + segment_line("gs", s.gs);
    text +=
        fmt::format("  gdt  base {:x} limit {:x}   idt  base {:x} limit {:x}\n", s.gdt.base, s.gdt.limit, s.idt.base, s.idt.limit);
    return text;
}

std::string explain_code(const GuestMemory& memory, const x86::Registers& registers, const x86::SystemRegisters& system)
{
    constexpr std::size_t kInstructions = 4;
    constexpr std::size_t kBytes = kInstructions * 15;
    const GuestVirt at = x86::linear_address(system, &x86::SystemRegisters::cs, registers.rip);
    const auto bytes = read_linear(memory, system, at, kBytes);
    if (bytes.empty()) return fmt::format("  {:#x}: no memory there\n", at.value);
    return indented(instruction_lines(bytes, at.value, x86::bits_of_code(system), kInstructions), 1);
}

std::string explain_address(const GuestMemory& memory, const x86::SystemRegisters& system, GuestVirt linear)
{
    const x86::Walk walk = x86::walk(system, linear, entry_reader(memory));
    if (!walk.paging) return fmt::format("  paging is off: {:#x} is a physical address\n", linear.value);
    if (!walk.canonical)
        return fmt::format("  {:#x} is not canonical: its upper bits do not repeat the highest used one\n", linear.value);
    std::string text;
    for (const auto& step : walk.steps) text += step_line(step);
    if (!walk.physical) return text + fmt::format("  {:#x} is not mapped\n", linear.value);
    text += fmt::format("  {:#x} is physical {:#x}, in a page of {} KiB: {}, ring {}{}\n", linear.value, walk.physical->value,
                        walk.page_size / 1_KiB, walk.writable ? "writable" : "read-only", walk.user ? "3 and 0" : "0 only",
                        walk.executable ? "" : ", not executable");
    if (!memory.window(*walk.physical, 1)) text += fmt::format("  but no memory is at physical {:#x}\n", walk.physical->value);
    return text;
}

}  // namespace husk::debug
