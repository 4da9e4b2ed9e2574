#include "debug/html.hpp"

#include "debug/text.hpp"
#include "x86/walk.hpp"

#include <fmt/format.h>

#include <array>

namespace husk::debug {

namespace {

constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--fg:#1d2330;--bg:#fdfdfb;--weak:#6b7280;--line:#c9ced8;--box:#fff;--table:#e3edfa;--page:#e0f2e3;
--wrong:#fbe2de;--again:#fbf0d0;--touched:#3b82c4;--on:#0b5cad;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--fg:#e6e8ee;--bg:#14171d;--weak:#98a1b0;--line:#3a4250;--box:#1b2028;--table:#1d2f47;
--page:#1c3a25;--wrong:#4a2320;--again:#453a1a;--touched:#4f9ad8;--on:#7cc0ff;--bad:#ff8a80}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--fg);background:var(--bg);margin:0 auto;max-width:1240px;padding:1.5rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--line)}
pre{font:13px/1.45 ui-monospace,monospace;overflow-x:auto;margin:.5rem 0}figure{margin:0;overflow-x:auto}
table.bits{border-collapse:collapse;font:11px ui-monospace,monospace;margin:.3rem 0}
table.bits td{border:1px solid var(--line);min-width:1.6em;text-align:center;padding:1px 2px;color:var(--weak)}
table.bits td.set{background:var(--table);color:var(--on);font-weight:bold}
dl{display:grid;grid-template-columns:max-content 1fr;gap:0 1rem;margin:.2rem 0 1rem}dt{font:bold 13px ui-monospace,monospace}dd{margin:0}
figcaption{font-size:12px;color:var(--weak)}
svg text{font:12px ui-monospace,monospace;fill:var(--fg)}svg .small{font-size:11px;fill:var(--weak)}svg .weak{fill:var(--weak)}
svg .head{font-weight:bold}svg .on{fill:var(--on);font-weight:bold}svg .half{fill:var(--on)}svg .off{fill:var(--line)}
svg .box{fill:var(--box);stroke:var(--weak)}svg .table{fill:var(--table)}svg .page{fill:var(--page)}svg .wrong{fill:var(--wrong)}
svg .edge{fill:none;stroke:var(--weak);stroke-width:1.5}svg .region,svg .lens{fill:var(--box);stroke:var(--weak)}svg .touched{fill:var(--touched)}
svg .mark{stroke:var(--bad);fill:none}svg .label{font-size:11px;stroke:var(--bg);stroke-width:4px;paint-order:stroke}svg .fan{fill:var(--table);opacity:.6}svg .again{fill:var(--again)}svg .bad{fill:var(--bad)}
)";

constexpr std::string_view kLegend =
    "Green: pages. Blue: leads to a table. Yellow: to one that is drawn elsewhere, is on the way here, or is left out, or to empty "
    "ones. Red: not present, not allowed, or not in memory. P present, W writable, U for ring 3, A accessed, D dirty, S large page "
    "(PS), G global, NX not executable; all of it in words when the pointer rests on an entry.";

constexpr std::string_view kMemoryLegend =
    "Blue: touched, the host has given pages for it. Below a bar its parts with something in them, enlarged. Red lines: where RIP, "
    "RSP and tables are.";

std::string heading(std::string_view text)
{
    return fmt::format("<h2>{}</h2>\n", escaped(text));
}

/// A row of the numbers of its bits, and one of their values.
std::string cells(const BitRegister& bits, unsigned width)
{
    std::string numbers;
    std::string values;
    for (unsigned bit = width; bit-- > 0;) {
        const bool set = (bits.value >> bit & 1) != 0;
        numbers += fmt::format("<td>{}</td>", bit);
        values += fmt::format(R"(<td{}>{}</td>)", set ? R"( class="set")" : "", set ? 1 : 0);
    }
    return fmt::format("<table class=\"bits\"><tr>{}</tr><tr>{}</tr></table>\n", numbers, values);
}

std::string bits_html(const BitRegister& bits)
{
    constexpr unsigned kHalf = 32, kWhole = 64;
    std::string html = fmt::format("<h3>{} = {:#x}</h3>\n", bits.name, bits.value);
    html += cells(bits, bits.value >> kHalf != 0 ? kWhole : kHalf) + "<dl>";
    for (const NamedBit& bit : bits.set)
        html += fmt::format("<dt>{}</dt><dd>{}</dd>", escaped(name_in(bits.value, bit)), escaped(bit.does));
    if (bits.unnamed != 0) html += fmt::format("<dt>{:#x}</dt><dd>bits that have no name here</dd>", bits.unnamed);
    return html + "</dl>\n";
}

void mark_tables(const PageTable& table, std::vector<Mark>& marks)
{
    marks.push_back({std::string{table_name(table.level)}, table.at});
    for (const EntryRun& run : table.runs)
        if (run.below) mark_tables(*run.below, marks);
}

std::vector<Mark> marks_of(const Explanation& e, const GuestMemory& memory)
{
    std::vector<Mark> marks;
    const auto add = [&](std::string_view name, GuestVirt linear) {
        const auto at = explain_walk(memory, e.system, e.registers.rflags, linear).physical;
        if (at) marks.push_back({std::string{name}, *at});
    };
    add("RIP", x86::linear_address(e.system, &x86::SystemRegisters::cs, e.registers.rip));
    add("RSP", x86::linear_address(e.system, &x86::SystemRegisters::ss, e.registers.rsp));
    if (e.gdt.entries != 0) add("GDT", e.gdt.base);
    if (e.idt.entries != 0) add("IDT", e.idt.base);
    if (e.task) add("TSS", e.task->base);
    if (e.pages && e.pages->in_memory) mark_tables(e.pages->top, marks);
    return marks;
}

}  // namespace

std::string escaped(std::string_view text)
{
    std::string html;
    for (const char letter : text) {
        switch (letter) {
            case '<': html += "&lt;"; break;
            case '>': html += "&gt;"; break;
            case '&': html += "&amp;"; break;
            case '"': html += "&quot;"; break;
            case '\'': html += "&#39;"; break;
            default: html += letter;
        }
    }
    return html;
}

std::string page_of(std::string_view title, std::string_view body)
{
    return fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta "
        "charset=\"utf-8\"><title>{0}</title><style>{1}</style></head>\n<body><h1>{0}</h1>\n{2}</body></html>\n",
        escaped(title), kStyle, body);
}

std::string section_html(std::string_view name, std::string_view text)
{
    return heading(name) + fmt::format("<pre>{}</pre>\n", escaped(text));
}

std::string figure_html(std::string_view svg, std::string_view caption)
{
    return fmt::format("<figure>{}<figcaption>{}</figcaption></figure>\n", svg, caption);
}

std::string explanation_html(const Explanation& e)
{
    std::string html;
    for (const auto& [name, body] : sections_of(e)) {
        html += heading(name);
        if (name.starts_with("control registers")) {
            for (const BitRegister& bits : e.bits) html += bits_html(bits);
            html += fmt::format("<pre>CR2 {:#x}\nCR3 {:#x}</pre>\n", e.system.cr2, e.system.cr3);
            continue;
        }
        if (name.starts_with("page tables") && e.pages && e.pages->in_memory) html += figure_html(page_tree_svg(*e.pages), kLegend);
        html += fmt::format("<pre>{}</pre>\n", escaped(body));
    }
    return html;
}

std::string html_of(std::string_view title, const Explanation& e, const std::vector<RegionWords>& regions,
                    const GuestMemory& memory)
{
    return page_of(title, explanation_html(e) + heading("memory") +
                              figure_html(memory_svg(regions, marks_of(e, memory)), kMemoryLegend) +
                              fmt::format("<pre>{}</pre>\n", escaped(text_of(regions))));
}

}  // namespace husk::debug
