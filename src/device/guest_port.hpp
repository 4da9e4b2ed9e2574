#pragma once

#include <husk/device.hpp>

#include <cstdint>

namespace husk::device {

/// What a booted image asks of Husk (<husk/guest.h>): a write is an operation, a read its result, each up to 4 bytes,
/// little-endian. An operation that this port does not know answers -HUSK_ENOSYS.
class GuestPort final : public Device {
public:
    /// `freezing`: somebody freezes the guest where it asks for it, and so it stops there.
    explicit GuestPort(bool freezing) : freezing_{freezing} {}

    void read(std::uint64_t offset, std::span<std::byte> data) override;
    std::optional<Stop> write(std::uint64_t offset, std::span<const std::byte> data) override;

    const GuestPortState& state() const { return state_; }
    void set_state(const GuestPortState& state) { state_ = state; }

private:
    bool freezing_;
    GuestPortState state_;
};

}  // namespace husk::device
