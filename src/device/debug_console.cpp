#include "device/debug_console.hpp"

#include <algorithm>

namespace husk::device {

void DebugConsole::read(std::uint64_t /*offset*/, std::span<std::byte> data)
{
    std::ranges::fill(data, std::byte{0xE9});
}

std::optional<Stop> DebugConsole::write(std::uint64_t /*offset*/, std::span<const std::byte> data)
{
    sink_(data);
    return std::nullopt;
}

std::optional<Stop> DebugConsole::write_items(std::uint64_t offset, std::size_t /*width*/, std::span<const std::byte> items)
{
    return write(offset, items);
}

}  // namespace husk::device
