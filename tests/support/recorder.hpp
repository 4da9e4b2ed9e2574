#pragma once

#include <husk/device.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace husk::test {

/// A device that remembers what it was asked, and answers what it is told to.
class Recorder final : public Device {
public:
    struct Access {
        std::uint64_t offset = 0;
        std::vector<std::byte> data{};  ///< written; empty for a read
        bool operator==(const Access&) const = default;
    };

    void read(std::uint64_t offset, std::span<std::byte> data) override
    {
        accesses.push_back({offset});
        for (std::byte& byte : data) byte = answer;
    }
    std::optional<Stop> write(std::uint64_t offset, std::span<const std::byte> data) override
    {
        accesses.push_back({offset, {data.begin(), data.end()}});
        return accesses.size() == stop_at ? std::optional<Stop>{stops::Exited{}} : std::nullopt;
    }

    std::vector<Access> accesses;
    std::byte answer{0};
    std::size_t stop_at = 0;  ///< the write, counted from 1, that stops the guest
};

/// Keeps a console's output.
class Output {
public:
    OutputSink sink()
    {
        return [this](std::span<const std::byte> bytes) {
            ++calls;
            for (const std::byte byte : bytes) text += static_cast<char>(byte);
        };
    }

    std::string text;
    unsigned calls = 0;
};

inline std::span<const std::byte> as_bytes(std::string_view text)
{
    return std::as_bytes(std::span{text});
}

}  // namespace husk::test
