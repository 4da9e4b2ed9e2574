#include "device/exit_port.hpp"

#include <algorithm>
#include <cstring>

namespace husk::device {

void ExitPort::read(std::uint64_t /*offset*/, std::span<std::byte> data)
{
    std::ranges::fill(data, std::byte{0});
}

std::optional<Stop> ExitPort::write(std::uint64_t /*offset*/, std::span<const std::byte> data)
{
    stops::Exited exited;
    std::memcpy(&exited.code, data.data(), std::min(data.size(), sizeof exited.code));
    return exited;
}

}  // namespace husk::device
