#include "debug/text.hpp"

#include "base/indented.hpp"
#include "debug/page_map_words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace husk::debug {

namespace {

std::string mode_text(const Explanation& e, const Paint& paint)
{
    std::size_t width = 0;
    for (const Reason& reason : e.mode) width = std::max(width, reason.bits.size());
    std::string text;
    for (const Reason& reason : e.mode)
        text += fmt::format("{}  {}\n", paint.name(fmt::format("{:<{}}", reason.bits, width)), reason.therefore);
    return text;
}

std::string bits_text(const BitRegister& bits, const Paint& paint)
{
    std::string text = fmt::format("{} {:#x}\n", paint.name(bits.name), bits.value);
    for (const NamedBit& bit : bits.set)
        text += fmt::format("  {} {}\n", paint.name(fmt::format("{:<10}", name_in(bits.value, bit))), bit.does);
    if (bits.set.empty() && bits.unnamed == 0) text += "  none of its bits\n";
    if (bits.unnamed != 0) text += fmt::format("  {:#x}: bits that have no name here\n", bits.unnamed);
    return text;
}

std::string control_text(const Explanation& e, const Paint& paint)
{
    const x86::SystemRegisters& s = e.system;
    std::string text;
    for (const BitRegister& bits : e.bits) text += bits_text(bits, paint);
    text += fmt::format("{} {:#x}: the address of the last page fault\n", paint.name("CR2"), s.cr2);
    text += fmt::format("{} {:#x}: {}\n", paint.name("CR3"), s.cr3,
                        e.pages ? fmt::format("the {} is at {:#x}", table_name(e.pages->top.level), e.pages->top.at.value)
                                : std::string{"counts only with paging"});
    return text;
}

std::string segments_text(const Explanation& e, const Paint& paint)
{
    std::string text;
    for (const auto& [name, segment, words] : e.segments)
        text += fmt::format("{} {:04x}  {}\n", paint.name(fmt::format("{:<4}", name)), segment.selector, words);
    return text;
}

/// `first`: how the number of a line is shown.
template <typename First>
std::string table_text(const TableWords& table, const Paint& paint, First first)
{
    std::string text = fmt::format("at {:#x}, limit {:#x}: room for {} entries of {} bytes\n", table.base.value, table.limit,
                                   table.entries, table.entry_size);
    for (const TableLine& line : table.lines) {
        std::string names = first(line.first);
        if (line.count > 1) names += " to " + first(line.first + line.count - 1);
        text += fmt::format("{}  {}{}\n", paint.name(names), line.words, line.held_by.empty() ? "" : "  <- " + line.held_by);
    }
    if (table.left_out != 0) text += fmt::format("{} more\n", table.left_out);
    if (table.in_memory < table.entries)
        text += paint.wrong(fmt::format("the last {} of them are not mapped to memory", table.entries - table.in_memory)) + "\n";
    return text;
}

std::string gdt_text(const TableWords& gdt, const Paint& paint)
{
    std::string text = table_text(gdt, paint, [](unsigned index) { return fmt::format("{:04x}", index * 8); });
    if (gdt.entries == 0) text += "none: segment registers keep what they hold; to load one needs a GDT\n";
    return text;
}

std::string idt_text(const TableWords& idt, const Paint& paint)
{
    std::string text = table_text(idt, paint, [](unsigned vector) {
        return fmt::format("{:3} {}", vector, x86::name_of_vector(static_cast<std::uint8_t>(vector)));
    });
    if (idt.entries == 0) text += "none: the first exception ends in a triple fault\n";
    return text;
}

std::string task_text(const TaskWords& task, const Paint& paint)
{
    std::string text = fmt::format("{} at {:#x}, limit {:#x}\n", task.kind, task.base.value, task.limit);
    for (const auto& [field, value] : task.fields)
        text += fmt::format("{} {:#x}: {}\n", paint.name(fmt::format("{:<12}", field.name)), value, field.is);
    if (!task.in_memory) text += paint.wrong("some of it is not mapped to memory") + "\n";
    return text;
}

}  // namespace

std::string section(std::string_view heading, std::string_view body, const Paint& paint)
{
    return paint.heading(heading) + "\n" + indented(body, 2);
}

std::vector<Section> sections_of(const Explanation& e, const Paint& paint)
{
    const bool real = !e.system.cr0.has(x86::Cr0::PE);
    std::vector<Section> all{{"mode: " + mode_words(e.system), mode_text(e, paint)},
                             {"registers", text_of(e.registers)},
                             {"control registers, bit by bit", control_text(e, paint)},
                             {"segments", segments_text(e, paint)}};
    if (!real) all.push_back({"GDT", gdt_text(e.gdt, paint)});
    all.push_back({real ? "interrupt vector table" : "IDT", idt_text(e.idt, paint)});
    if (e.task) all.push_back({"TSS", task_text(*e.task, paint)});
    all.push_back({fmt::format("page tables: {}", paging_name(e.system)),
                   e.pages ? draw(*e.pages, paint) : "none: a linear address is a physical one\n"});
    all.push_back({"code at the instruction pointer", e.code});
    return all;
}

std::string text_of(const Explanation& e, const Paint& paint, General general)
{
    std::string text;
    for (const auto& [heading, body] : sections_of(e, paint))
        if (general == General::Shown || heading != "registers") text += section(heading, body, paint);
    return text;
}

std::string text_of(const x86::Registers& registers)
{
    constexpr std::size_t kInALine = 4;
    std::string text;
    std::size_t number = 0;
    for (const auto& [name, value] : named_values(registers)) {
        if (number != 0) text += number % kInALine == 0 ? "\n" : "  ";
        text += fmt::format("{:<3} {:016x}", name, value);
        ++number;
    }
    return text + "\n";
}

std::string text_of(const AddressWords& address, const Paint& paint, std::optional<unsigned> error_code)
{
    std::string body;
    for (const AddressStep& step : address.steps) {
        body += fmt::format("{} bits {}:{} of the address are {}: entry at {:#x}", paint.name(fmt::format("{:<5}", step.level)),
                            step.high_bit, step.low_bit, step.index, step.at.value);
        if (step.entry) body += fmt::format(" = {:#x}: {}", *step.entry, step.flags);
        body += fmt::format("\n      {}\n", step.outcome);
    }
    body += address.end + "\n";
    for (const AccessOutcome& access : address.accesses) {
        const std::string what = paint.name(fmt::format("ring {} {:<7}", access.ring, access.access));
        if (!access.error_code) {
            body += fmt::format("{} yes\n", what);
            continue;
        }
        const auto why = paint.wrong(fmt::format("#PF, error code {:#x}: {}", *access.error_code, access.why));
        body += fmt::format("{} {}{}\n", what, why, access.error_code == error_code ? "  <- as it happened" : "");
    }
    return section(fmt::format("{:#x}: {}", address.linear.value, address.by), body, paint);
}

}  // namespace husk::debug
