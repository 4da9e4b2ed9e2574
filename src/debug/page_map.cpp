#include "debug/page_map.hpp"

#include "debug/page_runs.hpp"
#include "x86/page_entry.hpp"
#include "x86/walk.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <span>
#include <utility>

namespace husk::debug {

namespace {

using Kind = EntryRun::Kind;
using x86::PageBit;

PageRange::Backing backing(const GuestMemory& memory, GuestPhys begin, std::uint64_t size)
{
    std::uint64_t there = 0;
    for (const auto& [spec, host] : memory.regions()) {
        const std::uint64_t first = std::max(begin.value, spec.base.value);
        const std::uint64_t end = std::min(begin.value + size, spec.base.value + spec.size);
        if (first < end) there += end - first;
    }
    if (there == 0) return PageRange::Backing::None;
    return there == size ? PageRange::Backing::All : PageRange::Backing::Some;
}

/// Pages of a run that is one of these kinds.
std::uint64_t bytes_of(const EntryRun& run)
{
    return run.pages->one_page ? run.pages->page_size : run.entry_span * run.count;
}

class Mapper {
public:
    Mapper(const GuestMemory& memory, const x86::SystemRegisters& system, const x86::PagingShape& shape, const Limits& limits)
        : memory_{memory}, system_{system}, shape_{shape}, limits_{limits}
    {}

    PageMap map()
    {
        PageMap result{.shape = shape_};
        result.top = {.level = shape_.levels, .at = x86::top_table(system_, shape_)};
        result.in_memory = read(result.top, 0, {});
        result.tables = tables_;
        result.pages = pages_;
        result.mapped = mapped_;
        result.limited = limited_;
        return result;
    }

private:
    /// Fills in the table that begins at `linear`; false if it is not memory.
    bool read(PageTable& table, std::uint64_t linear, const Rights& above)
    {
        std::array<std::byte, kPageSize> bytes{};
        const unsigned entries = x86::table_entries(shape_, table.level);
        const std::span used = std::span{bytes}.first(std::size_t{entries} * shape_.entry_size);
        if (!memory_.read(table.at, used)) return false;
        ++tables_;
        seen_.insert({table.at, table.level});
        way_.push_back(table.at);
        for (unsigned i = 0; i < entries; ++i) {
            std::uint64_t value = 0;
            std::memcpy(&value, &bytes.at(std::size_t{i} * shape_.entry_size), shape_.entry_size);
            if (value != 0) take(table, i, value, linear, above);
        }
        way_.pop_back();
        for (EntryRun& run : table.runs)
            if (run.pages) run.pages->backing = backing(memory_, run.pages->physical, bytes_of(run));
        return true;
    }

    void take(PageTable& table, unsigned index, std::uint64_t value, std::uint64_t linear, const Rights& above)
    {
        EntryRun* const before =
            !table.runs.empty() && table.runs.back().first + table.runs.back().count == index ? &table.runs.back() : nullptr;
        const bool same_table = before != nullptr && before->kind == Kind::Table && before->entry == value;
        if (same_table && before->pages) before->pages.reset();  // not one behind another
        if (same_table && ++before->count != 0) return;

        EntryRun run = decode(table, index, value, linear, above);
        if (before != nullptr && join(*before, run)) return;
        if (table.runs.size() >= limits_.runs_of_table || runs_ >= limits_.runs) return leave_out(table);
        ++runs_;
        if (run.kind == Kind::Table) {
            descend(run, table.level - 1, x86::below({system_, shape_, table.level, value}, above));
            if (before != nullptr)
                if (const unsigned less = join_tables(*before, run); less != 0) {
                    runs_ -= less;
                    return;
                }
        }
        table.runs.push_back(std::move(run));
    }

    void leave_out(PageTable& table)
    {
        ++table.left_out;
        limited_ = true;
    }

    EntryRun decode(const PageTable& table, unsigned index, std::uint64_t value, std::uint64_t linear, const Rights& above)
    {
        const x86::PageEntry entry{system_, shape_, table.level, value};
        EntryRun run{.first = index, .entry = value, .every = value, .some = value};
        run.at = table.at + std::uint64_t{index} * shape_.entry_size;
        run.entry_span = shape_.page_size(table.level);
        run.linear = {x86::canonical(shape_, linear + index * run.entry_span)};
        run.kind = Kind::Absent;
        if (!entry.flags().has(PageBit::PRESENT)) return run;
        run.kind = Kind::Reserved;
        run.reserved = entry.reserved(x86::kMostPhysicalBits);
        if (run.reserved != 0) return run;

        run.kind = entry.maps_page() ? Kind::Pages : Kind::Table;
        if (run.kind == Kind::Table) {
            run.table = entry.table();
            return run;
        }
        run.pages = PageRange{.physical = entry.page(),
                              .page_size = run.entry_span,
                              .every = value,
                              .some = value,
                              .rights = x86::below(entry, above)};
        ++pages_;
        mapped_ += run.entry_span;
        return run;
    }

    void descend(EntryRun& run, unsigned level, const Rights& rights)
    {
        using Below = EntryRun::Below;
        if (std::ranges::count(way_, run.table) != 0) {
            run.below_is = Below::Loop;
        } else if (seen_.contains({run.table, level})) {
            run.below_is = Below::Drawn;
        } else if (tables_ >= limits_.tables) {
            run.below_is = Below::LeftOut;
            limited_ = true;
        } else {
            auto below = std::make_unique<PageTable>(PageTable{.level = level, .at = run.table});
            if (!read(*below, run.linear.value, rights)) {
                run.below_is = Below::NotMemory;
                return;
            }
            run.pages = full(*below);
            run.below = std::move(below);
        }
    }

    /// What a table maps of which each entry maps, each behind the one before.
    std::optional<PageRange> full(const PageTable& table) const
    {
        if (table.runs.size() != 1 || table.left_out != 0) return std::nullopt;
        const EntryRun& run = table.runs.front();
        const bool maps = run.kind == Kind::Pages || run.kind == Kind::FullTables;
        if (!maps || run.count != x86::table_entries(shape_, table.level) || run.pages->one_page) return std::nullopt;
        return run.pages;
    }

    const GuestMemory& memory_;
    const x86::SystemRegisters& system_;
    const x86::PagingShape& shape_;
    const Limits& limits_;
    std::set<std::pair<GuestPhys, unsigned>> seen_;
    std::vector<GuestPhys> way_;  ///< tables from the top to the one that is read
    unsigned tables_ = 0;
    unsigned runs_ = 0;
    std::uint64_t pages_ = 0;
    std::uint64_t mapped_ = 0;
    bool limited_ = false;
};

}  // namespace

std::optional<PageMap> map_pages(const GuestMemory& memory, const x86::SystemRegisters& system, const Limits& limits)
{
    const auto shape = x86::paging_shape(system);
    if (!shape) return std::nullopt;
    return Mapper{memory, system, *shape, limits}.map();
}

}  // namespace husk::debug
