#include "cli/program_words.hpp"

#include "base/size_text.hpp"
#include "cli/fault_words.hpp"
#include "cli/print.hpp"
#include "debug/disassemble.hpp"
#include "debug/page_map_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

namespace husk::cli {

namespace {

/// Areas that are told of at most: a program has as many as it likes.
constexpr std::size_t kMostAreas = 1000;

}  // namespace

std::string program_code(const program::Reader& read, GuestVirt at)
{
    constexpr std::size_t kInstructions = 4, kLongest = 15;
    std::array<std::byte, kInstructions * kLongest> bytes{};
    std::size_t size = 0;
    while (size < bytes.size() && read(at.value + size, std::span{bytes}.subspan(size, 1))) ++size;
    if (size == 0) return fmt::format("{:#x}: no memory that can be read\n", at.value);
    constexpr unsigned kBits = 64;
    return debug::instruction_lines(std::span{bytes}.first(size), at.value, kBits, kInstructions);
}

std::string areas_text(const std::vector<MappedArea>& areas, const debug::Paint& paint)
{
    std::string text;
    for (const MappedArea& area : std::span{areas}.first(std::min(areas.size(), kMostAreas)))
        text += fmt::format("{}  {}  {:>10}  {:>10} touched  {}\n",
                            paint.name(fmt::format("{:<28}", debug::address_range(area.begin.value, area.size))),
                            rights_words(area), size_text(area.size), area.touched ? size_text(*area.touched) : "?",
                            area.name.empty() ? "anonymous" : printable(area.name));
    if (areas.size() > kMostAreas) text += fmt::format("{} more\n", areas.size() - kMostAreas);
    return text;
}

std::string areas_heading(const std::vector<MappedArea>& areas)
{
    std::uint64_t size = 0;
    std::uint64_t touched = 0;
    bool told = true;
    for (const MappedArea& area : areas) {
        size += area.size;
        touched += area.touched.value_or(0);
        told &= area.touched.has_value();
    }
    return fmt::format("memory: {} in {} areas, {}", size_text(size), areas.size(),
                       told ? size_text(touched) + " touched" : "the host does not tell what was touched");
}

}  // namespace husk::cli
