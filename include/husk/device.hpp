#pragma once

#include <husk/address.hpp>
#include <husk/stop.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

namespace husk {

/// Something the guest reaches through ports or through memory that is not there. A device sees offsets into the range it is
/// attached at, never an address, and is always called on the thread that is in Machine::run().
class Device {
public:
    virtual ~Device() = default;

    /// Fills `data` (1, 2, 4 or 8 bytes, little-endian) with what the guest reads at `offset`.
    virtual void read(std::uint64_t offset, std::span<std::byte> data) = 0;

    /// Takes what the guest wrote at `offset`. A Stop ends the run after this instruction.
    virtual std::optional<Stop> write(std::uint64_t offset, std::span<const std::byte> data) = 0;

    /// Takes several items of `width` bytes written to the same `offset` in order: a string OUT with its count, or writes that KVM
    /// gathered. Calls write() for each unless overridden.
    virtual std::optional<Stop> write_items(std::uint64_t offset, std::size_t width, std::span<const std::byte> items);

protected:
    Device() = default;
    Device(const Device&) = default;
    Device(Device&&) = default;
    Device& operator=(const Device&) = default;
    Device& operator=(Device&&) = default;
};

/// Takes a console's output, in order, as it comes. Called on the thread that is in Machine::run().
using OutputSink = std::function<void(std::span<const std::byte>)>;

/// Gives one byte of console input if there is one now; must not block.
using InputSource = std::function<std::optional<std::byte>()>;

/// The serial line's registers, and a byte that was received and not yet read. PC16550D data sheet, "Registers" (8.0).
struct SerialState {
    std::optional<std::uint8_t> received{};
    std::uint16_t divisor = 1;  ///< of the 115,200 Hz clock; kept, not heeded
    std::uint8_t interrupt_enable = 0;
    std::uint8_t line_control = 0;
    std::uint8_t modem_control = 0;
    std::uint8_t scratch = 0;
    bool fifo_on = false;
    bool overrun = false;
    bool operator==(const SerialState&) const = default;
};

/// The port through which a guest asks Husk for something (<husk/guest.h>).
struct GuestPortState {
    std::uint32_t result = 0;   ///< what a read gives: the last operation's
    bool freeze_asked = false;  ///< that was HUSK_FREEZE_HERE, and its result was not read yet
    bool operator==(const GuestPortState&) const = default;
};

/// Ports `first` to `first + count - 1`.
struct PortRange {
    std::uint16_t first = 0;
    std::uint16_t count = 1;
    bool operator==(const PortRange&) const = default;
};

/// Guest-physical bytes `base` to `base + size - 1`.
struct MmioRange {
    GuestPhys base;
    std::uint64_t size = 0;
    bool operator==(const MmioRange&) const = default;
};

}  // namespace husk
