#pragma once

#include "base/mapping.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace husk {

/// A large range of this process's address space that belongs to a guest: what is at `offset` in it is the guest's address
/// `offset`. It starts out inaccessible; pieces become memory and are given back. No piece is ever left without a mapping, so that
/// nothing else of this process can come to lie within. Offsets and sizes are multiples of the page size and lie within the
/// reservation: the caller has checked. Functions answer 0, or the host's errno.
class Reservation {
public:
    Reservation() = default;
    /// `size` bytes from a multiple of `alignment`. Throws Error.
    Reservation(std::uint64_t size, std::uint64_t alignment);

    std::uint64_t size() const { return mapping_.bytes().size(); }
    /// This process's address of the guest's address 0.
    std::uintptr_t base() const { return base_; }
    std::span<std::byte> bytes(std::uint64_t offset, std::uint64_t size) const { return mapping_.bytes().subspan(offset, size); }

    /// mmap of `fd` from `file_offset` (or of nothing, with MAP_ANONYMOUS); replaces what is there.
    int map(std::uint64_t offset, std::uint64_t size, int protection, int flags, int fd, std::uint64_t file_offset) const noexcept;
    /// A private map of a file that is known to be mappable, in one call: where the host refuses it after all, nothing is there.
    int map_at_once(std::uint64_t offset, std::uint64_t size, int protection, int fd, std::uint64_t file_offset) const noexcept;
    /// Nothing is there any more.
    int release(std::uint64_t offset, std::uint64_t size) const noexcept;
    int protect(std::uint64_t offset, std::uint64_t size, int protection) const noexcept;
    int advise(std::uint64_t offset, std::uint64_t size, int advice) const noexcept;
    /// What is at `from` comes to lie at `to`, grown or cut to `new_size`; replaces what is there. The ranges are the same place or
    /// do not overlap. With `keep` what was at `from` stays mapped, empty: MREMAP_DONTUNMAP. ENOMEM if the host cannot (Linux
    /// before 5.13: memory that is not private and anonymous).
    int move(std::uint64_t from, std::uint64_t old_size, std::uint64_t to, std::uint64_t new_size, bool keep) const noexcept;

    /// Copies out of or into what is mapped, and stops where nothing is, or where it may not be read or written: the number of
    /// bytes copied. `offset + size` may be anything.
    std::size_t read(std::uint64_t offset, std::span<std::byte> into) const noexcept;
    std::size_t write(std::uint64_t offset, std::span<const std::byte> from) const noexcept;

private:
    bool holds(std::uint64_t offset, std::size_t size) const;

    Mapping mapping_;
    std::uintptr_t base_ = 0;
};

}  // namespace husk
