#include "debug/html.hpp"

#include "base/size_text.hpp"
#include "debug/page_map_words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace husk::debug {

namespace {

// Of the picture, in its own units.
constexpr unsigned kWidth = 960, kMargin = 8, kTextHeight = 18, kBarHeight = 30, kMarkHeight = 15, kFanHeight = 22, kGap = 16;
constexpr std::size_t kMostRegions = 64, kMostMarks = 24, kMostLenses = 4;

/// Bytes of a region, by their offsets.
struct Part {
    std::uint64_t begin = 0, end = 0;  ///< one past
    std::uint64_t size() const { return end - begin; }
};

/// A part of a region as a bar from left to right.
struct Bar {
    Part part;
    unsigned left = 0, width = 0, top = 0;

    unsigned place(std::uint64_t offset) const
    {
        const double share = static_cast<double>(offset - part.begin) / static_cast<double>(part.size());
        return left + static_cast<unsigned>(share * width);
    }
};

/// What there is to be seen of a region: runs that were touched, and pages with marks, as offsets.
std::vector<Part> seen(const RegionWords& words, const std::vector<Mark>& marks)
{
    std::vector<Part> parts;
    const std::uint64_t base = words.region.base.value;
    for (const PhysicalRange& run : words.touched.value_or(std::vector<PhysicalRange>{}))
        parts.push_back({run.begin.value - base, run.begin.value - base + run.size});
    for (const Mark& mark : marks) {
        const std::uint64_t page = (mark.at.value - base) / kPageSize * kPageSize;
        parts.push_back({page, page + kPageSize});
    }
    std::ranges::sort(parts, {}, &Part::begin);
    return parts;
}

/// What is to be enlarged: parts with little between what is seen in them, and few of them; none if they are as large as it all.
std::vector<Part> lenses(const std::vector<Part>& parts, std::uint64_t size)
{
    constexpr std::uint64_t kApart = 1024, kNear = 64_KiB, kLarge = 2;
    std::vector<Part> groups;
    for (const Part& part : parts) {
        if (!groups.empty() && part.begin <= groups.back().end + std::max(size / kApart, kNear))
            groups.back().end = std::max(groups.back().end, part.end);
        else
            groups.push_back(part);
    }
    while (groups.size() > kMostLenses) {
        std::size_t nearest = 1;
        for (std::size_t i = 1; i < groups.size(); ++i)
            if (groups[i].begin - groups[i - 1].end < groups[nearest].begin - groups[nearest - 1].end) nearest = i;
        groups[nearest - 1].end = groups[nearest].end;
        groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(nearest));
    }
    const bool large = std::ranges::any_of(groups, [&](const Part& group) { return group.size() >= size / kLarge; });
    return large ? std::vector<Part>{} : groups;
}

/// The bar with what was touched; runs that fall onto one another in the picture are one.
std::string bar_svg(const RegionWords& words, const Bar& bar, std::string_view style)
{
    std::string svg =
        fmt::format(R"(<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>)", style, bar.left, bar.top, bar.width, kBarHeight);
    unsigned begin = 0;
    unsigned end = 0;
    const auto flush = [&] {
        if (end > begin)
            svg += fmt::format(R"(<rect class="touched" x="{}" y="{}" width="{}" height="{}"/>)", begin, bar.top, end - begin,
                               kBarHeight);
    };
    for (const PhysicalRange& run : words.touched.value_or(std::vector<PhysicalRange>{})) {
        const std::uint64_t offset = run.begin.value - words.region.base.value;
        if (offset < bar.part.begin || offset >= bar.part.end) continue;
        const unsigned first = bar.place(offset);
        const unsigned last = std::min(bar.left + bar.width, std::max(first + 1, bar.place(offset + run.size)));
        if (first > end) {
            flush();
            begin = first;
        }
        end = std::max(end, last);
    }
    flush();
    return svg;
}

/// Marks below the bar, a line each. `bottom` becomes where they end, if that is further down.
std::string marks_svg(const RegionWords& words, const std::vector<Mark>& marks, const Bar& bar, unsigned& bottom)
{
    std::string lines;
    std::string names;
    unsigned y = bar.top + kBarHeight;
    for (const Mark& mark : marks) {
        const std::uint64_t offset = mark.at.value - words.region.base.value;
        if (offset < bar.part.begin || offset >= bar.part.end) continue;
        const unsigned x = bar.place(offset);
        y += kMarkHeight;
        const bool left = x > bar.left + bar.width / 2;  // its name might not fit to the right
        lines += fmt::format(R"(<path class="mark" d="M{} {} V{}"/>)", x, bar.top + kBarHeight / 2, y);
        names += fmt::format(R"(<text class="label" text-anchor="{}" x="{}" y="{}">{} {:#x}</text>)", left ? "end" : "start",
                             left ? x - 4 : x + 4, y, escaped(mark.name), mark.at.value);
    }
    bottom = std::max(bottom, y);
    return lines + names;  // names upon lines
}

/// Parts side by side below the bar, each large, and lines from where it is in the bar.
std::string lenses_svg(const RegionWords& words, const std::vector<Part>& parts, const std::vector<Mark>& marks, const Bar& bar,
                       unsigned& bottom)
{
    std::string svg;
    const auto count = static_cast<unsigned>(parts.size());
    const unsigned width = (kWidth - kGap * (count - 1)) / count;
    const unsigned from = bar.top + kBarHeight;
    for (unsigned i = 0; i < count; ++i) {
        const Bar lens{
            .part = parts[i], .left = kMargin + i * (width + kGap), .width = width, .top = from + kFanHeight + kTextHeight};
        svg += fmt::format(R"(<path class="fan" d="M{} {} L{} {} H{} L{} {} Z"/>)", bar.place(lens.part.begin), from, lens.left,
                           from + kFanHeight, lens.left + width, bar.place(lens.part.end), from);
        svg += fmt::format(R"(<text class="small" x="{}" y="{}">{}</text>)", lens.left, lens.top - 5,
                           address_range(words.region.base.value + lens.part.begin, lens.part.size()));
        svg += bar_svg(words, lens, "lens") + marks_svg(words, marks, lens, bottom);
    }
    return svg;
}

std::vector<Mark> marks_in(const RegionWords& words, const std::vector<Mark>& marks)
{
    std::vector<Mark> within;
    for (const Mark& mark : marks)
        if (mark.at >= words.region.base && mark.at.value - words.region.base.value < words.region.size) within.push_back(mark);
    std::ranges::stable_sort(within, {}, &Mark::at);
    if (within.size() > kMostMarks) within.resize(kMostMarks);
    return within;
}

std::string region_words(const RegionWords& words)
{
    std::string text =
        fmt::format("{}: {}", address_range(words.region.base.value, words.region.size), size_text(words.region.size));
    if (words.touched) text += fmt::format(", {} touched", size_text(words.touched_bytes()));
    if (words.merged) text += fmt::format(", {} merged by KSM", size_text(*words.merged));
    return text;
}

}  // namespace

std::string memory_svg(const std::vector<RegionWords>& regions, const std::vector<Mark>& marks)
{
    std::string svg;
    unsigned top = kMargin;
    for (std::size_t i = 0; i < std::min(regions.size(), kMostRegions); ++i) {
        const RegionWords& words = regions[i];
        svg += fmt::format(R"(<text x="{}" y="{}">{}</text>)", kMargin, top + 13, region_words(words));
        const Bar bar{.part = {0, words.region.size}, .left = kMargin, .width = kWidth, .top = top + kTextHeight};
        const auto within = marks_in(words, marks);
        const auto enlarged = lenses(seen(words, within), words.region.size);
        unsigned bottom = bar.top + kBarHeight;
        svg += bar_svg(words, bar, "region");
        if (enlarged.empty()) {
            svg += marks_svg(words, within, bar, bottom);
        } else {
            bottom += kFanHeight + kTextHeight + kBarHeight;
            svg += lenses_svg(words, enlarged, within, bar, bottom);
        }
        top = bottom + kGap;
    }
    if (regions.size() > kMostRegions)
        svg += fmt::format(R"(<text x="{}" y="{}">{} more regions</text>)", kMargin, top += kTextHeight,
                           regions.size() - kMostRegions);
    return fmt::format(
        R"(<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{0}" height="{1}" viewBox="0 0 {0} {1}">{2}</svg>)",
        kWidth + 2 * kMargin, top + kMargin, svg);
}

}  // namespace husk::debug
