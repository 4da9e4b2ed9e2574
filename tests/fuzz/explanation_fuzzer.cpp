// The input is a machine that stands still: its registers, then what is written to its memory, tables above all. Whatever it is,
// all that explains it ends, with so much text and no more, and what is told of pages is what a walk finds.
#include "fuzz/check.hpp"

#include "debug/explanation.hpp"
#include "debug/html.hpp"
#include "debug/json.hpp"
#include "debug/memory_map.hpp"
#include "debug/text.hpp"
#include "memory/entries.hpp"
#include "x86/page_entry.hpp"
#include "x86/walk.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

namespace husk::fuzz {
namespace {

constexpr std::size_t kMostText = 1_MiB, kMostJson = 4_MiB, kMostPage = 8_MiB;
constexpr std::uint64_t kLow = 256_KiB;  ///< of memory from address 0 on
constexpr std::array kMemory{MemoryRegion{.base = {}, .size = kLow}, MemoryRegion{.base = {1_GiB}, .size = 8_KiB}};

/// Numbers from the front of the input; zeroes behind its end.
class Input {
public:
    explicit Input(std::span<const std::byte> bytes) : bytes_{bytes} {}

    template <typename Number>
    Number take()
    {
        Number number{};
        const std::size_t size = std::min(sizeof number, bytes_.size());
        std::memcpy(&number, bytes_.data(), size);
        bytes_ = bytes_.subspan(size);
        return number;
    }
    bool empty() const { return bytes_.empty(); }

private:
    std::span<const std::byte> bytes_;
};

x86::Segment take_segment(Input& input)
{
    // As a descriptor has them: type in bits 0 to 3, then S, DPL, P, and above AVL, L, D and G.
    const auto bits = input.take<std::uint16_t>();
    return {.base = input.take<std::uint32_t>(),
            .limit = input.take<std::uint32_t>(),
            .selector = input.take<std::uint16_t>(),
            .type = static_cast<std::uint8_t>(bits & 0xF),
            .dpl = static_cast<std::uint8_t>(bits >> 5 & 3),
            .present = (bits & 0x80) != 0,
            .code_or_data = (bits & 0x10) != 0,
            .long_code = (bits & 0x200) != 0,
            .big = (bits & 0x400) != 0,
            .unusable = (bits & 0x8000) != 0};
}

struct Machine {
    x86::Registers registers;
    x86::SystemRegisters system;
    GuestVirt address;  ///< that is to be looked at
};

Machine take_machine(Input& input)
{
    Machine machine;
    x86::SystemRegisters& system = machine.system;
    system.cr0 = Flags<x86::Cr0>{input.take<std::uint32_t>()};
    system.cr4 = Flags<x86::Cr4>{input.take<std::uint32_t>()};
    system.efer = Flags<x86::Efer>{input.take<std::uint16_t>()};
    system.cr3 = input.take<std::uint32_t>();
    machine.registers.rflags = Flags<x86::Rflags>{input.take<std::uint32_t>()};
    machine.registers.rip = input.take<std::uint64_t>();
    machine.address = {input.take<std::uint64_t>()};
    for (auto* const table : {&system.gdt, &system.idt})
        *table = {.base = input.take<std::uint64_t>(), .limit = input.take<std::uint16_t>()};
    for (auto* const segment : {&system.cs, &system.ss, &system.tr}) *segment = take_segment(input);
    return machine;
}

/// Some entries next to one another, each so much more than the one before.
void take_entries(Input& input, GuestMemory& memory)
{
    constexpr std::array<std::uint64_t, 4> kSteps{0, kPageSize, 2_MiB, 0x0010'0000'0000'0001};
    constexpr std::uint64_t kUnit = 4;
    std::uint64_t at = input.take<std::uint16_t>() * kUnit;
    const auto shape = input.take<std::uint16_t>();
    auto value = input.take<std::uint64_t>();
    const bool narrow = (shape & 0x8000) != 0;
    for (unsigned left = (shape & 0x3FFu) + 1; left != 0; --left) {
        const auto bytes = std::as_bytes(std::span{&value, 1}).first(narrow ? sizeof(std::uint32_t) : sizeof value);
        if (!memory.write(GuestPhys{at}, bytes)) return;
        at += bytes.size();
        value += kSteps.at(shape >> 10 & 3);
    }
}

/// What is told of the tables, held against what the processor would find.
class TreeRules {
public:
    TreeRules(const GuestMemory& memory, const x86::SystemRegisters& system) : memory_{memory}, system_{system} {}

    void check(const debug::PageMap& map)
    {
        const debug::Limits limits;
        if (map.in_memory) check(map.top, map.shape);
        require(map.tables <= limits.tables, "no more tables are read than are allowed");
        require(runs_ <= limits.runs, "no more runs are kept than are allowed");
    }

private:
    void check(const debug::PageTable& table, const x86::PagingShape& shape)
    {
        unsigned next = 0;
        for (const debug::EntryRun& run : table.runs) {
            ++runs_;
            require(run.first >= next && run.count > 0, "runs rise and do not overlap");
            next = run.first + run.count;
            check(run);
            if (run.below) check(*run.below, shape);
        }
        require(next <= x86::table_entries(shape, table.level), "runs are within the table");
        require(table.runs.size() <= debug::Limits{}.runs_of_table, "a table has no more runs than are allowed");
    }

    void check(const debug::EntryRun& run)
    {
        using Kind = debug::EntryRun::Kind;
        const x86::Walk first = walk(run.linear);
        const x86::Walk last = walk(run.last());
        const bool maps = run.kind == Kind::Pages || run.kind == Kind::FullTables;
        if (!maps && run.kind != Kind::Table) require(!first.physical && !last.physical, "what is not mapped has no page");
        if (!maps) return;
        require(first.physical == run.pages->physical, "a page is where the walk finds it");
        const debug::Rights rights{first.writable, first.user, first.executable};
        require(rights == run.pages->rights, "its rights are those of the walk");
        const std::uint64_t size = run.entry_span * run.count;
        if (!run.pages->one_page) require(last.physical == run.pages->physical + (size - 1), "the last page is behind the others");
    }

    x86::Walk walk(GuestVirt linear) const { return x86::walk(system_, linear, entry_reader(memory_)); }

    const GuestMemory& memory_;
    const x86::SystemRegisters& system_;
    std::size_t runs_ = 0;
};

/// As a host may tell of them, with pages that were touched here and there.
std::vector<debug::RegionWords> regions_of(const Machine& machine, const GuestMemory& memory)
{
    std::vector<debug::RegionWords> all;
    for (const auto& [spec, host] : memory.regions()) {
        debug::RegionWords words{.region = spec, .touched = std::vector<debug::PhysicalRange>{}};
        for (std::uint64_t page = 0; page < spec.size / kPageSize; ++page)
            if ((machine.address.value >> page % 64 & 1) != 0) words.touched->push_back({spec.base + page * kPageSize, kPageSize});
        all.push_back(std::move(words));
    }
    return all;
}

void explain(const Machine& machine, const GuestMemory& memory)
{
    const auto& [registers, system, address] = machine;
    const debug::Explanation all = debug::explain(memory, registers, system);
    if (all.pages) TreeRules{memory, system}.check(*all.pages);
    require(text_of(all).size() <= kMostText, "there is so much text and no more");
    require(json_of(all).dump().size() <= kMostJson, "there is so much JSON and no more");

    const debug::AddressWords walk = debug::explain_walk(memory, system, registers.rflags, address);
    require(walk.physical == x86::walk(system, address, entry_reader(memory)).physical, "an address is where the walk finds it");
    require(text_of(walk).size() + json_of(walk).dump().size() <= kMostText, "a walk is short");

    const auto regions = regions_of(machine, memory);
    require(text_of(regions).size() <= kMostText, "memory is told in so much text and no more");
    require(debug::html_of("<fuzz>", all, regions, memory).size() <= kMostPage, "a page is so large and no larger");
}

}  // namespace
}  // namespace husk::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace husk;
    fuzz::Input input{std::as_bytes(std::span{data, size})};
    const fuzz::Machine machine = fuzz::take_machine(input);
    GuestMemory memory{fuzz::kMemory};
    while (!input.empty()) fuzz::take_entries(input, memory);
    fuzz::explain(machine, memory);
    return 0;
}
