#include "device/bus.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace husk::device {

void Bus::attach(Range range, Device& device)
{
    const auto fail = [&](std::string_view why) {
        throw std::invalid_argument{fmt::format("device of {:#x} bytes at {} {:#x} {}", range.count, space_, range.first, why)};
    };
    if (range.count == 0) fail("is empty");
    if (range.first + (range.count - 1) < range.first) fail("wraps around the end");

    const auto next = std::ranges::upper_bound(entries_, range.first, {}, [](const Entry& entry) { return entry.range.first; });
    const bool hits_next = next != entries_.end() && next->range.first - range.first < range.count;
    const bool hits_previous =
        next != entries_.begin() && range.first - std::prev(next)->range.first < std::prev(next)->range.count;
    if (hits_next || hits_previous) fail("overlaps another");
    entries_.insert(next, {range, &device});
}

std::optional<Bus::Target> Bus::find(std::uint64_t address) const
{
    const auto next = std::ranges::upper_bound(entries_, address, {}, [](const Entry& entry) { return entry.range.first; });
    if (next == entries_.begin()) return std::nullopt;
    const Entry& entry = *std::prev(next);
    const std::uint64_t offset = address - entry.range.first;
    if (offset >= entry.range.count) return std::nullopt;
    return Target{*entry.device, offset};
}

std::vector<Bus::Range> Bus::ranges() const
{
    std::vector<Range> result;
    for (const Entry& entry : entries_) result.push_back(entry.range);
    return result;
}

}  // namespace husk::device
