#include "debug/html.hpp"

#include "debug/address.hpp"
#include "debug/page_map_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace husk::debug {

namespace {

using Kind = EntryRun::Kind;
using x86::PageBit;

// Of the picture, in its own units.
constexpr unsigned kBoxWidth = 236, kColumnWidth = 300, kRowHeight = 34, kHeaderHeight = 24, kGap = 18, kMargin = 8;
constexpr unsigned kMostBoxes = 80, kMostRows = 16;

constexpr std::array kChips{std::pair{PageBit::PRESENT, "P"},  std::pair{PageBit::RW, "W"},    std::pair{PageBit::USER, "U"},
                            std::pair{PageBit::ACCESSED, "A"}, std::pair{PageBit::DIRTY, "D"}, std::pair{PageBit::PS, "S"},
                            std::pair{PageBit::GLOBAL, "G"},   std::pair{PageBit::NX, "NX"}};

std::string_view style_of(const EntryRun& run)
{
    if (run.kind == Kind::Reserved || run.kind == Kind::Absent) return "wrong";
    if (run.kind == Kind::EmptyTables) return "again";
    if (run.kind != Kind::Table) return run.pages->backing == PageRange::Backing::None ? "wrong" : "page";
    if (run.below_is == EntryRun::Below::There) return "table";
    return run.below_is == EntryRun::Below::NotMemory ? "wrong" : "again";
}

std::string short_words(const EntryRun& run, unsigned level)
{
    switch (run.kind) {
        case Kind::Pages:
            return fmt::format("{} x {} to {:#x}", run.count, page_size_words(run.pages->page_size), run.pages->physical.value);
        case Kind::Table: return fmt::format("{} at {:#x}", table_name(level - 1), run.table.value);
        case Kind::FullTables:
            return fmt::format("{} {}s of {} pages", run.count, table_name(level - 1), page_size_words(run.pages->page_size));
        case Kind::EmptyTables: return fmt::format("{} {}s, empty", run.count, table_name(level - 1));
        case Kind::Absent: return "not present";
        case Kind::Reserved: return "reserved bits";
    }
    return {};
}

class Picture {
public:
    explicit Picture(unsigned levels) : levels_{levels} {}

    /// Draws the table beside the row that leads to it, which is at `near`; where the middle of its header is.
    unsigned draw(const PageTable& table, unsigned near)
    {
        ++boxes_;
        const unsigned left = kMargin + (levels_ - table.level) * kColumnWidth;
        unsigned& next = next_.try_emplace(table.level, kMargin).first->second;
        const unsigned top = std::max(next, near > kHeaderHeight ? near - kHeaderHeight / 2 : kMargin);
        const auto rows = static_cast<unsigned>(std::min<std::size_t>(table.runs.size(), kMostRows));
        const std::size_t hidden = table.runs.size() - rows + table.left_out;
        const unsigned height = kHeaderHeight + rows * kRowHeight + (hidden != 0 ? kHeaderHeight : 0);
        next = top + height + kGap;
        width_ = std::max(width_, left + kBoxWidth + kMargin);
        height_ = std::max(height_, top + height + kMargin);

        svg_ += fmt::format(
            R"(<rect class="box" x="{}" y="{}" width="{}" height="{}"/><text class="head" x="{}" y="{}">{} {:#x}</text>)", left,
            top, kBoxWidth, height, left + kMargin, top + 16, table_name(table.level), table.at.value);
        for (unsigned i = 0; i < rows; ++i) row(table.runs[i], table.level, left, top + kHeaderHeight + i * kRowHeight);
        if (hidden != 0)
            svg_ += fmt::format(R"(<text class="weak" x="{}" y="{}">{} more: see the list below</text>)", left + kMargin,
                                top + height - 8, hidden);
        return top + kHeaderHeight / 2;
    }

    std::string svg() const
    {
        return fmt::format(
            R"(<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{0}" height="{1}" viewBox="0 0 {0} {1}">{2}{3}</svg>)",
            width_, height_, lines_, svg_);
    }

private:
    void row(const EntryRun& run, unsigned level, unsigned left, unsigned top)
    {
        const std::string index =
            run.count == 1 ? fmt::format("{}", run.first) : fmt::format("{}-{}", run.first, run.first + run.count - 1);
        svg_ += fmt::format(
            R"(<g><title>{}: {}</title><rect class="{}" x="{}" y="{}" width="{}" height="{}"/><text x="{}" y="{}">{}</text>)",
            escaped(flag_words(run.every, run.some)), escaped(run_words(run, level)), style_of(run), left + 2, top, kBoxWidth - 4,
            kRowHeight - 2, left + kMargin, top + 14, index);
        unsigned x = left + 78;
        for (const auto& [bit, letter] : kChips) {
            const bool all = Flags<PageBit>{run.every}.has(bit);
            const bool some = Flags<PageBit>{run.some}.has(bit);
            svg_ += fmt::format(R"(<text class="{}" x="{}" y="{}">{}</text>)",
                                all    ? "on"
                                : some ? "half"
                                       : "off",
                                x, top + 14, letter);
            x += 18;
        }
        svg_ += fmt::format(R"(<text class="small" x="{}" y="{}">{}</text></g>)", left + kMargin, top + 27,
                            escaped(short_words(run, level)));
        if (!run.below || boxes_ >= kMostBoxes) return;
        const unsigned from = top + kRowHeight / 2;
        const unsigned to = draw(*run.below, from);
        const unsigned x1 = left + kBoxWidth;
        const unsigned x2 = left + kColumnWidth;
        lines_ +=
            fmt::format(R"(<path class="edge" d="M{} {} C{} {} {} {} {} {}"/>)", x1, from, x1 + 32, from, x2 - 32, to, x2, to);
    }

    unsigned levels_;
    unsigned boxes_ = 0;
    unsigned width_ = 0;
    unsigned height_ = 0;
    std::map<unsigned, unsigned> next_;  ///< by level: where the next box may begin
    std::string lines_;
    std::string svg_;
};

}  // namespace

std::string page_tree_svg(const PageMap& map)
{
    Picture picture{map.shape.levels};
    picture.draw(map.top, 0);
    return picture.svg();
}

}  // namespace husk::debug
