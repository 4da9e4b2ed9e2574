#include "program/frozen/touched.hpp"

#include "base/pages.hpp"
#include "memory/written_pages.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

#include <iterator>

namespace husk::program {

namespace {

bool only_read(const FrozenArea& area)
{
    return (area.protection & (PROT_READ | PROT_WRITE)) == PROT_READ;
}

/// Where large pages begin of which all is only read: the first few, for more than that is not touched at once.
std::vector<std::uint64_t> large_pages_of_code(const ProgramState& state)
{
    constexpr std::size_t kMost = 8;
    std::vector<std::uint64_t> all;
    for (auto area = state.areas.begin(); area != state.areas.end(); ++area) {
        if (!only_read(*area)) continue;
        const std::uint64_t begin = area->begin;
        while (std::next(area) != state.areas.end() && std::next(area)->begin == area->end && only_read(*std::next(area))) ++area;
        std::uint64_t at = (begin + kLargePage - 1) / kLargePage * kLargePage;
        for (; at + kLargePage <= area->end && all.size() < kMost; at += kLargePage) all.push_back(at);
    }
    return all;
}

}  // namespace

std::vector<FrozenRange> touched_memory(const Space& space, std::span<const FrozenArea> areas)
{
    std::vector<FrozenRange> ranges;
    for (const FrozenArea& area : areas) {
        if ((area.protection & PROT_WRITE) == 0) continue;
        const auto host = space.reservation().bytes(area.begin, area.end - area.begin);
        for (const std::span<std::byte> run : written_pages(host)) {
            const std::uint64_t begin = area.begin + static_cast<std::uint64_t>(run.data() - host.data());
            ranges.push_back({begin, begin + run.size()});
        }
    }
    return ranges;
}

void have_ready(const Space& space, const ProgramState& state)
{
    if (state.touched.empty()) return;
    // Before the kernel reads what lies around other pages, page by page.
    for (const std::uint64_t at : large_pages_of_code(state)) (void)space.reservation().advise(at, kPageSize, kPopulateRead);
    for (const auto& [begin, end] : state.touched) (void)space.reservation().advise(begin, end - begin, kPopulateWrite);
}

void give(Windows& windows, std::span<const FrozenRange> ranges)
{
    Ranges whole;
    for (const auto& [begin, end] : ranges)
        whole.add(begin / layout::kWindow * layout::kWindow, ((end - 1) / layout::kWindow + 1) * layout::kWindow);
    for (const auto& [begin, end] : whole.within(0, layout::kUserEnd)) windows.open(begin, end);
}

tl::expected<void, FrozenError> check_touched(const ProgramState& state)
{
    auto area = state.areas.begin();
    std::uint64_t from = 0;
    for (std::size_t i = 0; i < state.touched.size(); ++i) {
        const auto& [begin, end] = state.touched[i];
        const auto bad = [&](std::string problem) {
            return tl::unexpected{FrozenError{fmt::format("state.touched[{}]", i), std::nullopt, std::move(problem)}};
        };
        if (begin % kPageSize != 0 || end % kPageSize != 0) return bad("is not made of whole pages");
        if (begin >= end) return bad(fmt::format("ends at {:#x}, where it does not begin before", end));
        if (begin < from) return bad(fmt::format("begins at {:#x}, where it must be {:#x} at least", begin, from));
        while (area != state.areas.end() && area->end <= begin) ++area;
        if (area == state.areas.end() || begin < area->begin || end > area->end)
            return bad(fmt::format("{:#x} bytes at {:#x} are not within an area of the program", end - begin, begin));
        if ((area->protection & PROT_WRITE) == 0) return bad(fmt::format("{:#x} cannot be written to", begin));
        from = end;
    }
    return {};
}

}  // namespace husk::program
