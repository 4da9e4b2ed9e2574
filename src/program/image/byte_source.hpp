#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace husk::program {

/// Where a parser reads a file from, piece by piece: an executable may be far larger than its headers.
class ByteSource {
public:
    ByteSource() = default;
    virtual ~ByteSource() = default;
    ByteSource(const ByteSource&) = delete;
    ByteSource& operator=(const ByteSource&) = delete;

    /// Of the whole file, in bytes.
    virtual std::uint64_t size() const = 0;
    /// Fills `into` with the bytes from `offset` on; gives how many there were, which are fewer only at the end of the file.
    virtual std::size_t read(std::uint64_t offset, std::span<std::byte> into) const = 0;

protected:
    ByteSource(ByteSource&&) = default;
    ByteSource& operator=(ByteSource&&) = default;
};

/// Bytes that are in memory, which must outlive it.
class MemorySource final : public ByteSource {
public:
    explicit MemorySource(std::span<const std::byte> bytes) : bytes_{bytes} {}

    std::uint64_t size() const override { return bytes_.size(); }
    std::size_t read(std::uint64_t offset, std::span<std::byte> into) const override
    {
        if (offset >= bytes_.size()) return 0;
        const auto rest = bytes_.subspan(static_cast<std::size_t>(offset));
        const auto part = rest.first(std::min(rest.size(), into.size()));
        std::ranges::copy(part, into.begin());
        return part.size();
    }

private:
    std::span<const std::byte> bytes_;
};

}  // namespace husk::program
