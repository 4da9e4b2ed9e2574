#include "program/frozen/touched.hpp"

#include "base/quiet_thread.hpp"
#include "memory/written_pages.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

namespace husk::program {

namespace {

#ifdef MADV_POPULATE_WRITE
constexpr int kHaveWritable = MADV_POPULATE_WRITE;
#else
constexpr int kHaveWritable = 23;  // Linux 5.14: madvise(2), "MADV_POPULATE_WRITE"
#endif

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

void have_ready(const Space& space, std::span<const FrozenRange> ranges)
{
    for (const auto& [begin, end] : ranges) (void)space.reservation().advise(begin, end - begin, kHaveWritable);
}

HavingReady::HavingReady(const Space& space, std::span<const FrozenRange> ranges)
    : thread_{quiet_thread([&space, ranges] { have_ready(space, ranges); })}
{}

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
