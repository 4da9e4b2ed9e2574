#include "device/guest_port.hpp"

#include <husk/guest.h>

#include <algorithm>
#include <cstring>

namespace husk::device {

void GuestPort::read(std::uint64_t /*offset*/, std::span<std::byte> data)
{
    std::ranges::fill(data, std::byte{0});
    std::memcpy(data.data(), &state_.result, std::min(data.size(), sizeof state_.result));
    state_.freeze_asked = false;
}

std::optional<Stop> GuestPort::write(std::uint64_t /*offset*/, std::span<const std::byte> data)
{
    std::uint32_t operation = 0;
    std::memcpy(&operation, data.data(), std::min(data.size(), sizeof operation));
    state_.freeze_asked = operation == HUSK_FREEZE_HERE;
    state_.result = state_.freeze_asked ? 0 : static_cast<std::uint32_t>(-HUSK_ENOSYS);
    if (state_.freeze_asked && freezing_) return stops::FreezeAsked{};
    return {};
}

}  // namespace husk::device
