#include "debug/html.hpp"

#include "debug/address.hpp"
#include "debug/page_map_words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace husk::debug {

namespace {

// Of the picture, in its own units.
constexpr std::uint64_t kWidth = 960;
constexpr unsigned kMargin = 8, kTextHeight = 18, kBarHeight = 30, kMarkHeight = 15;
constexpr std::size_t kMostRegions = 64, kMostMarks = 24;

/// Where byte `offset` of `size` is, from left to right.
std::uint64_t place(std::uint64_t offset, std::uint64_t size)
{
    return static_cast<std::uint64_t>(static_cast<double>(offset) / static_cast<double>(size) * static_cast<double>(kWidth));
}

/// Runs that fall onto one another in the picture are one.
std::string touched_rects(const RegionWords& words, unsigned top)
{
    std::string svg;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    const auto flush = [&] {
        if (end > begin)
            svg += fmt::format(R"(<rect class="touched" x="{}" y="{}" width="{}" height="{}"/>)", kMargin + begin, top, end - begin,
                               kBarHeight);
    };
    for (const PhysicalRange& run : words.touched.value_or(std::vector<PhysicalRange>{})) {
        const std::uint64_t offset = run.begin.value - words.region.base.value;
        const std::uint64_t first = place(offset, words.region.size);
        const std::uint64_t last = std::min(kWidth, place(offset + run.size, words.region.size) + 1);
        if (first > end) {
            flush();
            begin = first;
        }
        end = std::max(end, last);
    }
    flush();
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

}  // namespace

std::string memory_svg(const std::vector<RegionWords>& regions, const std::vector<Mark>& marks)
{
    std::string svg;
    unsigned top = kMargin;
    for (std::size_t i = 0; i < std::min(regions.size(), kMostRegions); ++i) {
        const RegionWords& words = regions[i];
        const auto& [base, size, mergeable, huge] = words.region;
        svg += fmt::format(R"(<text x="{}" y="{}">{}: {}, {} touched</text>)", kMargin, top + 13, address_range(base.value, size),
                           page_size_words(size), page_size_words(words.touched_bytes()));
        top += kTextHeight;
        svg += fmt::format(R"(<rect class="region" x="{}" y="{}" width="{}" height="{}"/>)", kMargin, top, kWidth, kBarHeight);
        svg += touched_rects(words, top);
        const unsigned bar = top;
        top += kBarHeight;
        for (const Mark& mark : marks_in(words, marks)) {
            const std::uint64_t x = kMargin + place(mark.at.value - base.value, size);
            top += kMarkHeight;
            const bool left = x > kWidth * 3 / 4;  // its name would not fit to the right
            svg += fmt::format(
                R"(<path class="mark" d="M{0} {1} V{2}"/><text class="small" text-anchor="{3}" x="{4}" y="{2}">{5} {6:#x}</text>)",
                x, bar, top, left ? "end" : "start", left ? x - 3 : x + 3, escaped(mark.name), mark.at.value);
        }
        top += kTextHeight;
    }
    if (regions.size() > kMostRegions)
        svg += fmt::format(R"(<text x="{}" y="{}">{} more regions</text>)", kMargin, top += kTextHeight,
                           regions.size() - kMostRegions);
    return fmt::format(
        R"(<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{0}" height="{1}" viewBox="0 0 {0} {1}">{2}</svg>)",
        kWidth + 2 * kMargin, top + kMargin, svg);
}

}  // namespace husk::debug
