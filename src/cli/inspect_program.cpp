#include "base/size_text.hpp"
#include "cli/frozen_places.hpp"
#include "cli/inspect_program_machine.hpp"
#include "cli/inspect_report.hpp"
#include "cli/print.hpp"
#include "debug/bits.hpp"
#include "frozen/metadata.hpp"
#include "program/frozen/content.hpp"
#include "program/frozen/fields.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <map>

namespace husk::cli {

namespace {

using Json = nlohmann::ordered_json;
using program::FrozenArea;
using program::FrozenThread;
using program::ProgramState;

std::string words_of(const std::vector<std::string>& words)
{
    std::string text;
    for (const std::string& word : words) text += fmt::format("{}{}", text.empty() ? "" : " ", printable(word));
    return text;
}

std::string grant_lines(const ProgramState& state)
{
    std::string text;
    for (const auto& [path, writable, at, by_default] : state.grants)
        if (!by_default)
            text += fmt::format("  {} {}{}\n", writable ? "rw" : "ro", printable(path),
                                at.empty() || at == path ? "" : " at " + printable(at));
    if (state.private_tmp) text += "  a /tmp of its own\n";
    if (std::ranges::any_of(state.grants, &program::FrozenGrant::by_default))
        text += fmt::format("  {} by default\n", std::ranges::count(state.grants, true, &program::FrozenGrant::by_default));
    return text.empty() ? "  none\n" : text;
}

/// "r-x".
std::string rights(std::uint32_t protection)
{
    return {(protection & PROT_READ) != 0 ? 'r' : '-', (protection & PROT_WRITE) != 0 ? 'w' : '-',
            (protection & PROT_EXEC) != 0 ? 'x' : '-'};
}

/// Areas of one name and of the same rights, in the order of the first of each.
std::string area_lines(const ProgramState& state)
{
    struct Kind {
        std::size_t areas = 0;
        std::uint64_t size = 0;
    };
    std::map<std::pair<std::string, std::string>, Kind> kinds;
    std::vector<decltype(kinds)::iterator> order;
    for (const FrozenArea& area : state.areas) {
        const std::string name = area.name.empty() ? "anonymous" : printable(area.name);
        const auto [kind, added] = kinds.try_emplace({name, rights(area.protection)});
        if (added) order.push_back(kind);
        ++kind->second.areas;
        kind->second.size += area.end - area.begin;
    }
    std::string text;
    for (const auto kind : order)
        text += fmt::format("  {:>10}  {}  {}{}\n", size_text(kind->second.size), kind->first.second, kind->first.first,
                            kind->second.areas > 1 ? fmt::format(" ({} areas)", kind->second.areas) : "");
    return text;
}

std::string memory_words(const MemoryImage& memory)
{
    std::uint64_t size = 0;
    std::uint64_t touched = 0;
    for (std::size_t i = 0; i < memory.regions().size(); ++i) {
        size += memory.regions()[i].size;
        touched += memory.data_size(i);
    }
    return fmt::format("{} in {} regions, {} touched", size_text(size), memory.regions().size(), size_text(touched));
}

std::string thread_lines(const FrozenThread& thread, const std::string& symbol)
{
    const auto& r = thread.registers;
    std::string text = fmt::format("  thread {}{}{}\n", thread.id, thread.first ? ", the first" : " " + printable(thread.name),
                                   thread.asked_to_freeze ? ", which asked to be frozen" : "");
    if (!symbol.empty()) text += fmt::format("    at {}\n", printable(symbol));
    text += fmt::format("    rip {:x}  rsp {:x}  rflags {:x} ({})  fs {:x}  gs {:x}\n", r.rip, r.rsp, r.rflags.word(),
                        debug::bit_names(r.rflags), thread.fs_base, thread.gs_base);
    text += fmt::format("    rax {:x}  rbx {:x}  rcx {:x}  rdx {:x}  rsi {:x}  rdi {:x}  rbp {:x}\n", r.rax, r.rbx, r.rcx, r.rdx,
                        r.rsi, r.rdi, r.rbp);
    return text + fmt::format("    r8 {:x}  r9 {:x}  r10 {:x}  r11 {:x}  r12 {:x}  r13 {:x}  r14 {:x}  r15 {:x}\n", r.r8, r.r9,
                              r.r10, r.r11, r.r12, r.r13, r.r14, r.r15);
}

}  // namespace

std::string inspect_text(const FrozenProgram& frozen)
{
    FrozenPlaces places{frozen};
    return inspect_text(frozen, places);
}

std::string inspect_text(const FrozenProgram& frozen, FrozenPlaces& places)
{
    const ProgramState& state = frozen.content().state;
    std::string text;
    text += inspect_line("program", printable(state.program));
    text += inspect_line("arguments", words_of(state.arguments));
    text += inspect_line("process", fmt::format("{}, in {}", state.id, printable(state.working_directory)));
    text += inspect_line("vDSO", state.vdso ? fmt::format("of {}, XXH64 {:016x}: thaws where the kernel has the same",
                                                          size_text(state.vdso->size), state.vdso->hash)
                                            : "none: thaws on any kernel");
    text += inspect_line("memory", memory_words(frozen.memory()));
    text += "grants, which --as-frozen gives again\n" + grant_lines(state);
    text += "descriptors\n";
    for (const auto& descriptor : state.descriptors) text += fmt::format("  {}\n", printable(describe(descriptor)));
    text += "areas\n" + area_lines(state) + "threads\n";
    for (const FrozenThread& thread : state.threads) text += thread_lines(thread, places.symbol({thread.registers.rip}));
    return text;
}

Json inspect_json(const FrozenProgram& frozen, std::optional<GuestVirt> address)
{
    const auto regions = frozen.memory().regions();
    const frozen::Description<ProgramState> description{frozen.info(), {regions.begin(), regions.end()}, frozen.content().state};
    Json all = Json::parse(frozen::to_metadata(description));
    for (std::size_t i = 0; i < regions.size(); ++i) all["memory"][i]["touched"] = frozen.memory().data_size(i);
    all["explained"] = explained_json(frozen, address);
    return all;
}

}  // namespace husk::cli
