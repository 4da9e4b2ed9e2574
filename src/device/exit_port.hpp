#pragma once

#include <husk/device.hpp>

namespace husk::device {

/// A write ends the guest with the value written (little-endian, up to 4 bytes).
class ExitPort final : public Device {
public:
    void read(std::uint64_t offset, std::span<std::byte> data) override;
    std::optional<Stop> write(std::uint64_t offset, std::span<const std::byte> data) override;
};

}  // namespace husk::device
