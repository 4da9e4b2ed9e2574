#pragma once

#include <husk/device.hpp>

#include <utility>

#include <cstdint>
#include <optional>

namespace husk::device {

/// A 16550A UART, polled: transmits at once, receives from a source, keeps what is written to its control registers. It raises no
/// interrupts. Source: National Semiconductor PC16550D data sheet, "Registers" (8.0).
class Serial16550 final : public Device {
public:
    static constexpr std::uint16_t kPorts = 8;

    Serial16550(OutputSink sink, InputSource source) : sink_{std::move(sink)}, source_{std::move(source)} {}

    void read(std::uint64_t offset, std::span<std::byte> data) override;
    std::optional<Stop> write(std::uint64_t offset, std::span<const std::byte> data) override;

    const SerialState& state() const { return state_; }
    void set_state(const SerialState& state) { state_ = state; }

private:
    std::uint8_t read_register(std::uint64_t offset);
    void write_register(std::uint64_t offset, std::uint8_t value);
    void control_fifos(std::uint8_t value);
    std::uint8_t line_status();
    std::uint8_t modem_status() const;
    std::uint8_t receive();
    void transmit(std::uint8_t value);
    bool poll();

    OutputSink sink_;
    InputSource source_;
    SerialState state_;
};

}  // namespace husk::device
