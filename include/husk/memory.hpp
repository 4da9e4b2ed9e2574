#pragma once

#include <husk/address.hpp>

#include <tl/expected.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
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

class GuestMemory;
class Mapping;

/// What a guest's memory held at an instant, in a file: its regions by rising base, one after another. Never changes, so any number
/// of guests and threads share one; a file that somebody else can write to must be kept from them.
class MemoryImage {
public:
    /// A copy of what `memory` holds, in a file that has no name and can no longer be written. Pages of zeroes take no room. No
    /// guest may run meanwhile. Throws Error.
    static std::shared_ptr<const MemoryImage> of(const GuestMemory& memory);

    /// `regions` as the file `fd` has them from `offset`, a multiple of 4 KiB. Owns `fd`, also if it throws. Throws
    /// std::invalid_argument for regions that GuestMemory would refuse, Error if the file is shorter than they are.
    MemoryImage(int fd, std::uint64_t offset, std::vector<MemoryRegion> regions);
    ~MemoryImage();
    MemoryImage(const MemoryImage&) = delete;
    MemoryImage& operator=(const MemoryImage&) = delete;

    /// Throws Error if the file has been written to, or cut short, since this was made: guests of it cannot go on, or begin.
    void check() const;
    /// True if nobody can change the file: one in memory, sealed.
    bool sealed() const { return sealed_; }
    /// The same in a file that nobody can change: itself, or a copy, which is made when it is first asked for. Throws Error.
    const MemoryImage& sealed_copy() const;

    std::span<const MemoryRegion> regions() const { return regions_; }
    int descriptor() const { return fd_.load(); }
    /// Its descriptor gets the lowest free number from `line` on, if its own is lower: for a process that gives those below away.
    /// Nobody may use descriptor() meanwhile. Throws Error.
    void keep_descriptor_above(int line) const;
    /// Where in the file the first region begins.
    std::uint64_t offset() const { return offset_; }
    /// Bytes of the file that are more than a hole, all of it.
    std::uint64_t size_on_disk() const;
    /// Of the region of that index, the same without what the file system adds: what was touched, in whole pages. Throws Error;
    /// std::out_of_range if there is no such region.
    std::uint64_t data_size(std::size_t region) const;

private:
    mutable std::atomic<int> fd_;
    std::uint64_t offset_;
    std::vector<MemoryRegion> regions_;
    bool sealed_ = false;
    std::int64_t written_ = 0;  ///< when the file was last written to, in nanoseconds
    mutable std::once_flag copied_;
    mutable std::unique_ptr<const MemoryImage> copy_;
};

/// The guest's physical memory: regions of private host memory without swap reservation, pages given when touched: anonymous ones,
/// or those of an image, which is read where it is touched, and copied where it is written. The one place where a guest-physical
/// address becomes a host one.
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
    /// What the image holds. Throws Error if the host does not map it.
    explicit GuestMemory(std::shared_ptr<const MemoryImage> image);
    ~GuestMemory();
    GuestMemory(GuestMemory&&) noexcept;
    GuestMemory& operator=(GuestMemory&&) noexcept;
    GuestMemory(const GuestMemory&) = delete;
    GuestMemory& operator=(const GuestMemory&) = delete;

    /// The host's view of `size` bytes at `at`, which must lie within one region. Of an image that is not sealed it is to be
    /// touched after hold() only: where the file was cut short the host sends SIGBUS.
    tl::expected<std::span<std::byte>, BadAddress> window(GuestPhys at, std::uint64_t size) const;

    /// Copies in or out; nothing is copied if any of it is not memory. Throws Error if the image's file has been cut short.
    tl::expected<void, BadAddress> write(GuestPhys at, std::span<const std::byte> bytes);
    tl::expected<void, BadAddress> read(GuestPhys at, std::span<std::byte> bytes) const;

    /// A little-endian value at `at`.
    template <typename Value>
    requires std::is_trivially_copyable_v<Value> tl::expected<Value, BadAddress> load(GuestPhys at)
    const
    {
        Value value{};
        return read(at, std::as_writable_bytes(std::span{&value, 1})).map([&] { return value; });
    }
    template <typename Value>
    requires std::is_trivially_copyable_v<Value> tl::expected<void, BadAddress> store(GuestPhys at, const Value& value)
    {
        return write(at, std::as_bytes(std::span{&value, 1}));
    }

    /// Makes all of it what the image holds again, page by page where it was written to: how many pages that were. They stay in
    /// memory, so that the next guest that writes to them does not wait for the host. Costs as the pages in use do, not as the size
    /// of memory. No guest may run meanwhile. Throws Error; std::logic_error if there is no image.
    std::size_t reset();

    /// From now on it does not depend on the image's file, which may be cut short while a guest runs: engines that touch memory
    /// themselves want that. Costs a copy of the image, the first time for each. No guest may run meanwhile. Throws Error.
    void hold();

    /// The image that it was made from, if it was.
    const std::shared_ptr<const MemoryImage>& image() const { return image_; }

    /// By rising base.
    std::span<const Region> regions() const { return regions_; }
    /// One past the highest byte of memory.
    GuestPhys end() const;

private:
    const MemoryImage& source() const;

    std::shared_ptr<const MemoryImage> image_;
    bool may_vanish_ = false;  ///< it is a file's, and others can change that
    std::vector<Mapping> mappings_;
    std::vector<Region> regions_;
};

}  // namespace husk
