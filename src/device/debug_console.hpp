#pragma once

#include <husk/device.hpp>

#include <utility>

namespace husk::device {

/// The debug console of Bochs and QEMU, port 0xE9: every byte out is a byte of output, whatever the width; a read answers 0xE9,
/// which is how a guest finds out that it is there.
class DebugConsole final : public Device {
public:
    explicit DebugConsole(OutputSink sink) : sink_{std::move(sink)} {}

    void read(std::uint64_t offset, std::span<std::byte> data) override;
    std::optional<Stop> write(std::uint64_t offset, std::span<const std::byte> data) override;
    std::optional<Stop> write_items(std::uint64_t offset, std::size_t width, std::span<const std::byte> items) override;

private:
    OutputSink sink_;
};

}  // namespace husk::device
