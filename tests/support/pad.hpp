#pragma once

#include <husk/device.hpp>

#include <array>
#include <string>

namespace husk::test {

/// A device for guests to play with: bytes that can be read and written, all different at first, and at offset 0 a queue that gives
/// 1, 2, 3 … Notes each access.
class Pad : public Device {
public:
    Pad();
    void read(std::uint64_t offset, std::span<std::byte> data) override;
    std::optional<Stop> write(std::uint64_t offset, std::span<const std::byte> data) override;

    /// "r2@010 w4@000=01020304 …": direction, size in bytes, offset, and what was written, byte by byte.
    const std::string& accesses() const { return accesses_; }

private:
    std::array<std::byte, 4096> bytes_{};
    unsigned next_ = 0;
    std::string accesses_;
};

}  // namespace husk::test
