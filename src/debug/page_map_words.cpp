#include "debug/page_map_words.hpp"

#include "base/size_text.hpp"
#include "debug/address.hpp"
#include "debug/bits.hpp"

#include <fmt/format.h>

namespace husk::debug {

namespace {

using Kind = EntryRun::Kind;
using Below = EntryRun::Below;
using x86::PageBit;

std::string plural(std::uint64_t count, std::string_view what)
{
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string_view backing_words(PageRange::Backing backing)
{
    switch (backing) {
        case PageRange::Backing::All: return "";
        case PageRange::Backing::Some: return ", of which a part is no memory";
        case PageRange::Backing::None: return ", where no memory is";
    }
    return "";
}

/// Rights that the flags of the pages promise, and that an entry above them takes away.
std::string lost_rights(const PageRange& pages)
{
    const Flags<PageBit> own{pages.every};
    std::string text;
    if (own.has(PageBit::RW) && !pages.rights.writable) text += ", read-only";
    if (own.has(PageBit::USER) && !pages.rights.user) text += ", for ring 0 only";
    if (!own.has(PageBit::NX) && !pages.rights.executable) text += ", not executable";
    return text.empty() ? text : "; by an entry above it" + text.substr(1);
}

std::string page_words(const EntryRun& run, std::uint64_t count)
{
    const PageRange& pages = *run.pages;
    const std::uint64_t size = run.entry_span * run.count;
    const std::string kind = count == 1 ? fmt::format("page of {}", page_size_words(pages.page_size))
                                        : fmt::format("{} pages of {}", count, page_size_words(pages.page_size));
    std::string physical = address_range(pages.physical.value, size);
    if (pages.one_page)
        physical = fmt::format("each the page at {:#x}", pages.physical.value);
    else if (pages.physical.value == run.linear.value)
        physical = "the same";
    return fmt::format("{}, linear {}, physical {}{}{}", kind, address_range(run.linear.value, size), physical,
                       backing_words(pages.backing), lost_rights(pages));
}

std::string table_words(const EntryRun& run, unsigned level)
{
    std::string text = fmt::format("{}{} at {:#x}", run.count > 1 ? "each to the " : "", table_name(level - 1), run.table.value);
    switch (run.below_is) {
        case Below::There:
            text += run.below && run.below->runs.empty() && run.below->left_out == 0 ? ", which is empty" : "";
            break;
        case Below::Drawn: text += ", which is drawn already"; break;
        case Below::Loop: text += ", which is one of those on the way here: a loop"; break;
        case Below::NotMemory: text += ", where no memory is"; break;
        case Below::LeftOut: text += ", which is not drawn, as there are too many"; break;
    }
    return text;
}

/// Draws with the lines to the left that say what hangs on what.
class Drawing {
public:
    explicit Drawing(const Paint& paint) : paint_{paint} {}

    void draw(const PageTable& table, const std::string& left)
    {
        const bool more = table.left_out != 0;
        for (std::size_t i = 0; i < table.runs.size(); ++i) {
            const bool last = i + 1 == table.runs.size() && !more;
            const EntryRun& run = table.runs[i];
            text_ += left + (last ? "└─ " : "├─ ") + line(run, table.level);
            if (run.below) draw(*run.below, left + (last ? "   " : "│  "));
        }
        if (more) text_ += left + "└─ " + paint_.weak(fmt::format("{} more, not drawn", table.left_out)) + "\n";
    }

    std::string text() && { return std::move(text_); }
    std::uint64_t used() const { return used_; }

private:
    std::string line(const EntryRun& run, unsigned level)
    {
        used_ |= run.some | (run.pages ? run.pages->some : 0);
        const std::string index =
            run.count == 1 ? fmt::format("{}", run.first) : fmt::format("{}-{}", run.first, run.first + run.count - 1);
        const bool wrong = run.kind == Kind::Reserved || run.below_is != Below::There;
        const std::string words = run_words(run, level);
        return fmt::format("{} {} {}: {}\n", paint_.name(index),
                           paint_.weak(fmt::format("at {:#x} = {:#x}", run.at.value, run.entry)), flag_words(run.every, run.some),
                           wrong ? paint_.wrong(words) : words);
    }

    const Paint& paint_;
    std::string text_;
    std::uint64_t used_ = 0;
};

}  // namespace

std::string address_range(std::uint64_t first, std::uint64_t size)
{
    return fmt::format("{:#x} to {:#x}", first, first + (size - 1));
}

std::string flag_words(std::uint64_t every, std::uint64_t some)
{
    const auto names = [](std::uint64_t word) { return bit_names(Flags<PageBit>{word}); };
    const std::uint64_t varying = some & ~every & ~x86::kFrameMask;
    return bits_in(varying, named_bits(Flags<PageBit>{})).empty() ? names(every)
                                                                  : fmt::format("{}, some {}", names(every), names(varying));
}

std::string run_words(const EntryRun& run, unsigned level)
{
    switch (run.kind) {
        case Kind::Pages: return page_words(run, run.count);
        case Kind::Table: return table_words(run, level);
        case Kind::FullTables: {
            const std::uint64_t pages = run.entry_span * run.count / run.pages->page_size;
            return fmt::format("{} {}s, from {:#x} on, all full: {}, {}", run.count, table_name(level - 1), run.table.value,
                               page_words(run, pages), flag_words(run.pages->every, run.pages->some));
        }
        case Kind::EmptyTables:
            return fmt::format("{} {}s, from {:#x} on, all empty", run.count, table_name(level - 1), run.table.value);
        case Kind::Absent: return run.count == 1 ? "not present, but not 0" : "not present, but not 0, each of them";
        case Kind::Reserved: return fmt::format("bits {:#x} must be 0: whoever comes here gets a page fault", run.reserved);
    }
    return {};
}

std::string summary(const PageMap& map)
{
    if (!map.in_memory) return "no memory is there: every access is a page fault, and the guest cannot go on";
    std::string text = fmt::format("{} read, {}", plural(map.tables, "table"), plural(map.pages, "page"));
    if (map.pages != 0) text += fmt::format(", {} of linear addresses", size_text(map.mapped));
    if (map.limited) text += "; too many to draw all of it: --address tells of any one address";
    return text;
}

std::string draw(const PageMap& map, const Paint& paint)
{
    std::string text = fmt::format("{} at {:#x}: {}\n", paint.name(table_name(map.top.level)), map.top.at.value, summary(map));
    Drawing drawing{paint};
    drawing.draw(map.top, "");
    const auto flags = bits_in(drawing.used(), named_bits(Flags<PageBit>{}));
    text += std::move(drawing).text();
    for (const NamedBit& bit : flags) text += fmt::format("{} {}\n", paint.name(fmt::format("{:<8}", bit.name)), bit.does);
    return text;
}

}  // namespace husk::debug
