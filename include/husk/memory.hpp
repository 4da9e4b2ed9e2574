#pragma once

#include <husk/address.hpp>

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

namespace husk {

/// One piece of guest-physical memory to be made. Base and size are multiples of 4 KiB.
struct MemoryRegion {
    GuestPhys base;
    std::uint64_t size = 0;         ///< bytes
    bool mergeable = true;          ///< offered to KSM (MADV_MERGEABLE), as guests of one kind share most of their pages
    bool prefer_hugepages = false;  ///< MADV_HUGEPAGE
    bool operator==(const MemoryRegion&) const = default;
};

/// A guest-physical range that is not, or not wholly, memory.
struct BadAddress {
    GuestPhys at;
    std::uint64_t size = 0;  ///< bytes
    bool operator==(const BadAddress&) const = default;
};

class Mapping;

/// The guest's physical memory: regions of private, anonymous host memory without swap reservation, pages given when touched.
/// The one place where a guest-physical address becomes a host one.
class GuestMemory {
public:
    /// One region and the host memory behind it.
    struct Region {
        MemoryRegion spec;
        std::span<std::byte> host;
    };

    /// Throws std::invalid_argument, naming the region, if one is empty, is not made of whole pages, wraps around the end of the
    /// 52-bit physical space or overlaps another; Error if the host does not map it.
    explicit GuestMemory(std::span<const MemoryRegion> regions);
    ~GuestMemory();
    GuestMemory(GuestMemory&&) noexcept;
    GuestMemory& operator=(GuestMemory&&) noexcept;
    GuestMemory(const GuestMemory&) = delete;
    GuestMemory& operator=(const GuestMemory&) = delete;

    /// The host's view of `size` bytes at `at`, which must lie within one region.
    tl::expected<std::span<std::byte>, BadAddress> window(GuestPhys at, std::uint64_t size) const;

    /// Copies in or out; nothing is copied if any of it is not memory.
    tl::expected<void, BadAddress> write(GuestPhys at, std::span<const std::byte> bytes);
    tl::expected<void, BadAddress> read(GuestPhys at, std::span<std::byte> bytes) const;

    /// A little-endian value at `at`.
    template <typename Value>
    requires std::is_trivially_copyable_v<Value> tl::expected<Value, BadAddress> load(GuestPhys at)
    const
    {
        return window(at, sizeof(Value)).map([](std::span<const std::byte> bytes) {
            Value value;
            std::memcpy(&value, bytes.data(), sizeof value);
            return value;
        });
    }
    template <typename Value>
    requires std::is_trivially_copyable_v<Value> tl::expected<void, BadAddress> store(GuestPhys at, const Value& value)
    {
        return window(at, sizeof(Value)).map([&](std::span<std::byte> bytes) { std::memcpy(bytes.data(), &value, sizeof value); });
    }

    /// By rising base.
    std::span<const Region> regions() const { return regions_; }
    /// One past the highest byte of memory.
    GuestPhys end() const;

private:
    std::vector<Mapping> mappings_;
    std::vector<Region> regions_;
};

}  // namespace husk
