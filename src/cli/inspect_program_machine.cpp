#include "cli/inspect_program_machine.hpp"

#include "cli/access_words.hpp"
#include "cli/fault_words.hpp"
#include "cli/frozen_places.hpp"
#include "cli/inspect_machine.hpp"
#include "cli/inspect_report.hpp"
#include "cli/print.hpp"
#include "cli/program_words.hpp"
#include "debug/html.hpp"
#include "debug/html_space.hpp"
#include "debug/json.hpp"
#include "debug/text.hpp"
#include "program/frozen/machine.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace husk::cli {

namespace {

using Json = nlohmann::ordered_json;
using program::FrozenMachine;
using program::FrozenThread;

constexpr std::string_view kSpaceLegend =
    "Blue: code. Green: may be written. White: may be read only. Red: neither, the program's or Husk's. The strip at the bottom "
    "of a box: what of it the frozen file holds. What is here is at the same guest-virtual, guest-physical address, and at that "
    "offset in Husk's own reservation.";
constexpr std::string_view kMachineWords =
    "The processor of the first thread, and its tables, as a thaw makes them, when all that is mapped has been touched. Entries of "
    "page directories are made when the program first comes to a window of 16 MiB, and never change: what the program maps, unmaps "
    "and protects are mappings of the host's, below these tables.";

std::string thread_name(const FrozenThread& thread)
{
    return thread.first ? fmt::format("thread {}, the first", thread.id) : fmt::format("thread {} {}", thread.id, thread.name);
}

/// The first thread's: explained, but for its code, which is not in the machine's memory.
debug::Explanation explained(const FrozenProgram& frozen, const FrozenMachine& machine, const FrozenPlaces& places)
{
    const FrozenThread& first = frozen.content().state.threads.front();
    debug::Explanation all = debug::explain(machine.memory, first.registers, machine.system);
    all.code = places.code({first.registers.rip});
    return all;
}

debug::AddressWords walk(const FrozenProgram& frozen, const FrozenMachine& machine, GuestVirt address)
{
    return debug::explain_walk(machine.memory, machine.system, frozen.content().state.threads.front().registers.rflags, address);
}

std::string threads_html(const FrozenProgram& frozen, FrozenPlaces& places)
{
    std::string html;
    for (const FrozenThread& thread : frozen.content().state.threads) {
        const GuestVirt rip{thread.registers.rip};
        const std::string symbol = places.symbol(rip);
        std::string text = debug::text_of(thread.registers);
        if (!symbol.empty()) text += fmt::format("rip is at {}\n", printable(symbol));
        text += fmt::format("rip is in {}\nrsp is in {}\n", place_words(places.areas(), rip),
                            place_words(places.areas(), {thread.registers.rsp}));
        html += debug::section_html(printable(thread_name(thread)), text + places.code(rip));
    }
    return html;
}

/// "RIP of threads 7, 8": those that have it in the area; empty if none has.
std::string whose(const FrozenProgram& frozen, const MappedArea& area, std::string_view name, std::uint64_t x86::Registers::*value)
{
    constexpr std::size_t kMost = 4;
    std::vector<std::uint32_t> ids;
    for (const FrozenThread& thread : frozen.content().state.threads)
        if (area.holds({thread.registers.*value})) ids.push_back(thread.id);
    if (ids.empty()) return {};
    const auto shown = std::span{ids}.first(std::min(ids.size(), kMost));
    const std::string more = shown.size() < ids.size() ? fmt::format(" and {} more", ids.size() - shown.size()) : std::string{};
    return fmt::format("{} of thread{} {}{}", name, ids.size() == 1 ? "" : "s", fmt::join(shown, ", "), more);
}

std::vector<debug::SpaceArea> drawn(const FrozenProgram& frozen, const FrozenPlaces& places)
{
    std::vector<debug::SpaceArea> all;
    for (const MappedArea& area : places.areas()) {
        debug::SpaceArea one{area.begin,   area.size, area.readable, area.writable, area.executable, printable(area.name),
                             area.touched, {}};
        for (const auto& [name, value] : {std::pair{"RIP", &x86::Registers::rip}, std::pair{"RSP", &x86::Registers::rsp}})
            if (auto mark = whose(frozen, area, name, value); !mark.empty()) one.marks.push_back(std::move(mark));
        all.push_back(std::move(one));
    }
    return all;
}

Json area_json(const MappedArea& area)
{
    return {{"begin", fmt::format("{:#x}", area.begin.value)},
            {"size", fmt::format("{:#x}", area.size)},
            {"rights", rights_words(area)},
            {"shared", area.shared},
            {"file_offset", fmt::format("{:#x}", area.file_offset)},
            {"name", area.name},
            {"touched", area.touched ? Json(*area.touched) : Json{}}};
}

}  // namespace

Json explained_json(const FrozenProgram& frozen, std::optional<GuestVirt> address)
{
    FrozenPlaces places{frozen};
    const FrozenMachine machine = machine_of(frozen.content(), 0);
    Json all = debug::json_of(explained(frozen, machine, places));
    all["threads"] = Json::array();
    for (const FrozenThread& thread : frozen.content().state.threads)
        all["threads"].push_back(
            {{"id", thread.id}, {"symbol", places.symbol({thread.registers.rip})}, {"code", places.code({thread.registers.rip})}});
    all["areas"] = Json::array();
    for (const MappedArea& area : places.areas()) all["areas"].push_back(area_json(area));
    if (!address) return all;
    const debug::AddressWords words = walk(frozen, machine, *address);
    all["address"] = debug::json_of(words);
    all["address"]["symbol"] = places.symbol(*address);
    all["address"]["program"] = access_json(words, places.areas());
    return all;
}

std::string inspect_address_text(const FrozenProgram& frozen, GuestVirt address)
{
    FrozenPlaces places{frozen};
    const debug::Paint paint = paint_for(STDOUT_FILENO);
    const debug::AddressWords words = walk(frozen, machine_of(frozen.content(), 0), address);
    const std::string symbol = places.symbol(address);
    return debug::text_of(words, paint) + access_text(words, places.areas(), paint) +
           (symbol.empty() ? "" : fmt::format("  {} {}\n", paint.name("at"), printable(symbol)));
}

void inspect_page(const FrozenProgram& frozen, std::string_view title, const std::string& file)
{
    FrozenPlaces places{frozen};
    const FrozenMachine machine = machine_of(frozen.content(), 0);
    const std::vector<MappedArea> own = places.own_areas();
    const std::string body =
        debug::section_html("frozen", inspect_text(frozen, places)) + threads_html(frozen, places) + "<h2>address space</h2>\n" +
        debug::figure_html(debug::space_svg(drawn(frozen, places)), kSpaceLegend) +
        debug::section_html(areas_heading(own), areas_text(own)) + fmt::format("<h2>the machine</h2>\n<p>{}</p>\n", kMachineWords) +
        debug::explanation_html(explained(frozen, machine, places));
    write_page(file, debug::page_of(title, body));
}

}  // namespace husk::cli
