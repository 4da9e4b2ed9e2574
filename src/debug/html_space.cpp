#include "debug/html_space.hpp"

#include "base/size_text.hpp"
#include "debug/html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <span>

namespace husk::debug {

namespace {

// Of the picture, in its own units.
constexpr unsigned kMargin = 8, kBoxLeft = 128, kBoxWidth = 460, kSizeLeft = 600, kMarkLeft = 800, kWidth = 1180;
constexpr unsigned kLowest = 20, kDoubling = 2, kFreeHeight = 22, kStrip = 4, kBaseline = 14;
constexpr std::size_t kMostAreas = 400;

std::string_view style_of(const SpaceArea& area)
{
    if (area.executable) return "table";
    if (area.writable) return "page";
    return area.readable ? "box" : "wrong";
}

/// Grows with each doubling of the size, so that what is small can be read and what is large fits.
unsigned height_of(const SpaceArea& area)
{
    return kLowest + kDoubling * static_cast<unsigned>(std::bit_width(area.size / kPageSize));
}

std::string rights_of(const SpaceArea& area)
{
    return {area.readable ? 'r' : '-', area.writable ? 'w' : '-', area.executable ? 'x' : '-'};
}

/// How much of the box's width stands for what was touched: something, if anything was.
unsigned touched_width(const SpaceArea& area)
{
    const std::uint64_t touched = std::min(area.touched.value_or(0), area.size);
    if (touched == 0) return 0;
    return std::max(1u, static_cast<unsigned>(static_cast<double>(touched) / static_cast<double>(area.size) * kBoxWidth));
}

std::string box(const SpaceArea& area, unsigned top)
{
    const unsigned height = height_of(area);
    const std::string touched = area.touched ? fmt::format(", {} touched", size_text(*area.touched)) : std::string{};
    std::string svg = fmt::format(R"(<text class="small" x="{}" y="{}">{:#x}</text>)", kMargin, top + kBaseline, area.begin.value);
    svg += fmt::format(R"(<rect class="box" x="{0}" y="{1}" width="{2}" height="{3}"/>)", kBoxLeft, top, kBoxWidth, height);
    svg += fmt::format(R"(<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>)", style_of(area), kBoxLeft + 1, top + 1,
                       kBoxWidth - 2, height - 2);
    if (const unsigned width = touched_width(area); width != 0)
        svg += fmt::format(R"(<rect class="touched" x="{}" y="{}" width="{}" height="{}"/>)", kBoxLeft, top + height - kStrip,
                           width, kStrip);
    svg += fmt::format(R"(<text x="{}" y="{}">{}  {}</text>)", kBoxLeft + kMargin, top + kBaseline, rights_of(area),
                       escaped(area.name.empty() ? "anonymous" : area.name));
    svg +=
        fmt::format(R"(<text class="small" x="{}" y="{}">{}{}</text>)", kSizeLeft, top + kBaseline, size_text(area.size), touched);
    std::string marks;
    for (const std::string& mark : area.marks) marks += (marks.empty() ? "← " : ", ") + mark;
    if (!marks.empty())
        svg += fmt::format(R"(<text class="bad" x="{}" y="{}">{}</text>)", kMarkLeft, top + kBaseline, escaped(marks));
    return svg;
}

}  // namespace

std::string space_svg(const std::vector<SpaceArea>& areas)
{
    std::string svg;
    unsigned top = kMargin;
    std::uint64_t end = 0;
    const auto shown = std::span{areas}.first(std::min(areas.size(), kMostAreas));
    for (const SpaceArea& area : shown) {
        if (area.begin.value > end) {
            svg += fmt::format(R"(<text class="weak" x="{}" y="{}">… {}, nothing is mapped</text>)", kBoxLeft + kMargin,
                               top + kBaseline, size_text(area.begin.value - end));
            top += kFreeHeight;
        }
        svg += box(area, top);
        top += height_of(area);
        end = area.begin.value + area.size;
    }
    if (shown.size() < areas.size()) {
        svg += fmt::format(R"(<text class="weak" x="{}" y="{}">{} more areas: see the list below</text>)", kBoxLeft + kMargin,
                           top + kBaseline, areas.size() - shown.size());
        top += kFreeHeight;
    }
    return fmt::format(
        R"(<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{0}" height="{1}" viewBox="0 0 {0} {1}">{2}</svg>)", kWidth,
        top + kMargin, svg);
}

}  // namespace husk::debug
