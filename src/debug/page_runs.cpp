#include "debug/page_runs.hpp"

namespace husk::debug {

namespace {

using Kind = EntryRun::Kind;
using x86::PageBit;

/// The processor sets these by itself, page by page: they do not tell ranges apart.
constexpr std::uint64_t kSetByProcessor = (PageBit::ACCESSED | PageBit::DIRTY).word();
constexpr std::uint64_t kFlags = ~x86::kFrameMask & ~kSetByProcessor;

/// Bits of an entry that are not the address of its page; of a large page bit 12 is, too.
std::uint64_t flags_of(const EntryRun& run)
{
    constexpr std::uint64_t kPat = 1ull << 12;
    return run.entry_span > kPageSize ? kFlags | kPat : kFlags;
}

bool goes_on(EntryRun& before, const EntryRun& run)
{
    PageRange& pages = *before.pages;
    if (((before.entry ^ run.entry) & flags_of(before)) != 0 || pages.rights != run.pages->rights) return false;
    if (before.count == 1 && pages.physical == run.pages->physical) pages.one_page = true;
    if (pages.one_page) return pages.physical == run.pages->physical;
    return pages.physical + before.entry_span * before.count == run.pages->physical;
}

void count_in(EntryRun& before, const EntryRun& run)
{
    before.every &= run.every;
    before.some |= run.some;
    ++before.count;
}

/// The same of tables, which need not be drawn each.
void count_in(EntryRun& before, const EntryRun& run, Kind kind)
{
    count_in(before, run);
    before.kind = kind;
    before.below.reset();
}

unsigned join_full(EntryRun& before, const EntryRun& run)
{
    const bool tables = (before.kind == Kind::Table || before.kind == Kind::FullTables) && run.kind == Kind::Table;
    if (!tables || !before.pages || !run.pages || before.pages->page_size != run.pages->page_size) return 0;
    PageRange& pages = *before.pages;
    const bool differ = ((before.entry ^ run.entry) & kFlags) != 0 || ((pages.every ^ run.pages->every) & kFlags) != 0;
    if (differ || pages.rights != run.pages->rights) return 0;
    if (pages.physical + before.entry_span * before.count != run.pages->physical) return 0;
    pages.every &= run.pages->every;
    pages.some |= run.pages->some;
    const unsigned less = before.kind == Kind::Table ? 3 : 2;  // this one, and the one within each
    count_in(before, run, Kind::FullTables);
    return less;
}

unsigned join_empty(EntryRun& before, const EntryRun& run)
{
    if (!leads_to_nothing(before) || !leads_to_nothing(run) || ((before.entry ^ run.entry) & kFlags) != 0) return 0;
    if (before.table + kPageSize * before.count != run.table) return 0;
    count_in(before, run, Kind::EmptyTables);
    return 1;
}

}  // namespace

bool join(EntryRun& before, const EntryRun& run)
{
    if (before.kind != run.kind || run.kind == Kind::Table || run.kind == Kind::FullTables) return false;
    if (run.kind == Kind::Pages && !goes_on(before, run)) return false;
    if (run.kind == Kind::Reserved && before.reserved != run.reserved) return false;
    if (run.kind == Kind::Pages) {
        before.pages->every &= run.entry;
        before.pages->some |= run.entry;
    }
    count_in(before, run);
    return true;
}

unsigned join_tables(EntryRun& before, const EntryRun& run)
{
    const unsigned less = join_full(before, run);
    return less != 0 ? less : join_empty(before, run);
}

bool leads_to_nothing(const EntryRun& run)
{
    if (run.kind == Kind::EmptyTables) return true;
    return run.kind == Kind::Table && run.count == 1 && run.below && run.below->runs.empty() && run.below->left_out == 0;
}

}  // namespace husk::debug
