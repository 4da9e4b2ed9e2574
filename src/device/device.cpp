#include <husk/device.hpp>

namespace husk {

std::optional<Stop> Device::write_items(std::uint64_t offset, std::size_t width, std::span<const std::byte> items)
{
    for (; items.size() >= width && width != 0; items = items.subspan(width))
        if (auto stop = write(offset, items.first(width))) return stop;
    return std::nullopt;
}

}  // namespace husk
