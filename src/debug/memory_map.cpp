#include "debug/memory_map.hpp"

#include "base/size_text.hpp"
#include "debug/page_map_words.hpp"
#include "memory/copy_memory.hpp"
#include "memory/merged_pages.hpp"
#include "memory/written_pages.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace husk::debug {

namespace {

/// Runs that are told of a region at most: a guest may touch every other page.
constexpr std::size_t kMostRuns = 16;

std::optional<std::vector<PhysicalRange>> touched(const GuestMemory::Region& region)
{
    std::vector<PhysicalRange> runs;
    try {
        for (const auto run : written_pages(region.host))
            runs.push_back({region.spec.base + static_cast<std::uint64_t>(run.data() - region.host.data()), run.size()});
    } catch (const Error&) {
        return std::nullopt;
    }
    return runs;
}

std::string kind_words(const RegionWords& words)
{
    std::string text = words.of_image ? "a frozen image's, copied where it is written" : "anonymous";
    text += words.region.mergeable ? ", offered to KSM" : ", not for KSM";
    return words.region.prefer_hugepages ? text + ", huge pages preferred" : text;
}

std::string merged_words(const RegionWords& words)
{
    if (!words.region.mergeable || (words.of_image && !words.merged)) return {};
    if (!words.merged) return "; the host does not tell what KSM has merged";
    return fmt::format("; {} merged by KSM", size_text(*words.merged));
}

}  // namespace

std::uint64_t RegionWords::touched_bytes() const
{
    std::uint64_t sum = 0;
    for (const PhysicalRange& run : touched.value_or(std::vector<PhysicalRange>{})) sum += run.size;
    return sum;
}

std::vector<RegionWords> explain_memory(const GuestMemory& memory)
{
    std::vector<RegionWords> all;
    for (const GuestMemory::Region& region : memory.regions())
        all.push_back({.region = region.spec,
                       .of_image = memory.image() != nullptr,
                       .touched = touched(region),
                       .merged = merged_bytes(region.host)});
    return all;
}

std::vector<RegionWords> explain_memory(const MemoryImage& image)
{
    std::vector<RegionWords> all;
    std::uint64_t offset = image.offset();
    for (const MemoryRegion& region : image.regions()) {
        RegionWords words{.region = region, .of_image = true, .touched = std::vector<PhysicalRange>{}};
        for_each_extent(image.descriptor(), offset, offset + region.size, [&](std::uint64_t from, std::uint64_t to) {
            words.touched->push_back({region.base + (from - offset), to - from});
        });
        all.push_back(std::move(words));
        offset += region.size;
    }
    return all;
}

std::string text_of(const std::vector<RegionWords>& regions, const Paint& paint)
{
    std::string text;
    for (const RegionWords& words : regions) {
        const auto& [base, size, mergeable, huge] = words.region;
        text += fmt::format("{}  {}, {}\n", paint.name(address_range(base.value, size)), size_text(size), kind_words(words));
        if (!words.touched) {
            text += fmt::format("  the host does not tell what was touched{}\n", merged_words(words));
            continue;
        }
        text += fmt::format("  {} touched{}\n", size_text(words.touched_bytes()), merged_words(words));
        const std::size_t shown = std::min(words.touched->size(), kMostRuns);
        for (std::size_t i = 0; i < shown; ++i)
            text += fmt::format("  {}\n", address_range(words.touched->at(i).begin.value, words.touched->at(i).size));
        if (shown < words.touched->size()) text += fmt::format("  and {} more ranges\n", words.touched->size() - shown);
    }
    return text;
}

nlohmann::ordered_json json_of(const std::vector<RegionWords>& regions)
{
    auto all = nlohmann::ordered_json::array();
    for (const RegionWords& words : regions) {
        nlohmann::ordered_json one{{"base", fmt::format("{:#x}", words.region.base.value)},
                                   {"size", fmt::format("{:#x}", words.region.size)},
                                   {"kind", words.of_image ? "image" : "anonymous"},
                                   {"mergeable", words.region.mergeable},
                                   {"prefer_hugepages", words.region.prefer_hugepages}};
        one["touched"] = words.touched ? nlohmann::ordered_json(words.touched_bytes()) : nlohmann::ordered_json{};
        one["merged"] = words.merged ? nlohmann::ordered_json(*words.merged) : nlohmann::ordered_json{};
        all.push_back(std::move(one));
    }
    return all;
}

}  // namespace husk::debug
