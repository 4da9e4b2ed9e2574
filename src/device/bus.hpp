#pragma once

#include <husk/device.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace husk::device {

/// Finds the device at an address of one space (ports, or physical memory). An access belongs to the device in whose range it
/// starts.
class Bus {
public:
    struct Range {
        std::uint64_t first = 0;
        std::uint64_t count = 0;
    };
    struct Target {
        Device& device;
        std::uint64_t offset = 0;  ///< from the start of the device's range
    };

    /// `space` names what is addressed, for messages ("port", "address").
    explicit Bus(std::string_view space) : space_{space} {}

    /// Throws std::invalid_argument if the range is empty, wraps or overlaps another.
    void attach(Range range, Device& device);
    std::optional<Target> find(std::uint64_t address) const;
    /// By rising address.
    std::vector<Range> ranges() const;

private:
    struct Entry {
        Range range;
        Device* device = nullptr;
    };
    std::string_view space_;
    std::vector<Entry> entries_;  ///< by rising address
};

}  // namespace husk::device
