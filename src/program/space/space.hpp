#pragma once

#include "memory/reservation.hpp"
#include "program/host/call.hpp"
#include "program/space/layout.hpp"
#include "program/space/ranges.hpp"
#include "program/space/user_memory.hpp"

#include <husk/address.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace husk::program {

/// A piece of the space that was mapped in one way. Bits are the host's: PROT_… and MAP_….
struct Area {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;  ///< one past
    int protection = 0;
    int flags = 0;
    std::uint64_t file_offset = 0;
    std::string name;           ///< the file as the guest named it, "[heap]", "[stack]", or nothing
    bool wipe_on_fork = false;  ///< MADV_WIPEONFORK

    std::uint64_t size() const { return end - begin; }
};

/// What a piece of an area holds from the start: bytes of a file that is mapped privately. All else in the area is zero.
struct Contents {
    std::uint64_t begin = 0, end = 0;
    std::uint64_t file_offset = 0;
};

/// Where the break is.
struct Break {
    std::uint64_t begin = 0, end = 0;
};

/// An area as restore() makes it.
struct Restored {
    Area area;
    std::vector<Contents> contents;
};

/// Bytes that are to be other than they were.
struct Fresh {
    std::uint64_t at = 0;
    std::span<const std::byte> bytes;
};

/// What the guest asks of mmap.
struct MapRequest {
    GuestVirt at;
    std::uint64_t size = 0;
    int protection = 0;
    int flags = 0;
    int fd = -1;
    std::uint64_t file_offset = 0;
    std::string name;
};

/// The guest's address space: what is mapped where. Every change is made on the host's mappings at once. Thread-safe.
/// Results are Linux's: an address or 0, or a negative errno.
class Space {
public:
    /// Told, with the lock held, that [begin, end) has now `protection` (PROT_NONE: or is not mapped any more).
    using Watcher = std::function<void(std::uint64_t begin, std::uint64_t end, int protection)>;

    /// Reserves the space, of `size` bytes of addresses. `memory_limit`: how many bytes may be accessible at once. Throws Error.
    explicit Space(std::uint64_t memory_limit, std::uint64_t size = layout::kSpace);

    const Reservation& reservation() const { return reservation_; }
    layout::Extent extent() const { return extent_; }
    UserMemory memory() const { return UserMemory{reservation_}; }
    /// `bounded`: the watcher is never told of pages of a file that are not there, and what is private to the guest is copied from
    /// the file: for an engine that reads the host's memory itself, where touching such pages would be this process's SIGBUS.
    /// Before anything is mapped.
    void watch(Watcher watcher, bool bounded = false);

    Result map(const MapRequest& request);
    Result unmap(GuestVirt at, std::uint64_t size);
    Result protect(GuestVirt at, std::uint64_t size, int protection);
    Result remap(GuestVirt at, std::uint64_t old_size, std::uint64_t new_size, int flags, GuestVirt to);
    Result advise(GuestVirt at, std::uint64_t size, int advice);
    /// Where the break begins; it is there, empty, from now on.
    void start_break(std::uint64_t at);
    Result set_break(GuestVirt at);

    /// Makes an area that was elsewhere, private to the guest whatever it was there, where nothing is yet. `contents`, by rising
    /// address, lie within it, and are mapped from `fd`. −ENOMEM: more than may be accessible.
    Result restore(const Area& area, std::span<const Contents> contents, int fd);
    /// The same of areas that lie side by side, here and in the file, are wholly filled from it, and can be read and not written
    /// to, in one piece: fewer mappings, which the host may make by the large page.
    Result restore_joined(std::span<const Restored> areas, int fd);
    /// After the last area.
    void restore_break(const Break& wanted);
    /// Makes it what restore() and restore_break() made it, of these areas by rising address and of no others: what the guest has
    /// mapped otherwise is mapped anew, and what it has written to is copied back, page by page; the pages stay in memory. Then
    /// `fresh` is written, if that is in memory. No thread of the guest runs. −errno if the host does not map something, and it is
    /// not what it was; throws Error.
    Result rewind(std::span<const Restored> areas, const Break& at, int fd, const Fresh& fresh = {});
    Break current_break() const;
    /// Those parts of [begin, end) that are still mapped from what restore() was given.
    std::vector<Ranges::Range> of_image(std::uint64_t begin, std::uint64_t end) const;

    std::optional<Area> at(GuestVirt address) const;
    std::vector<Area> areas() const;
    /// True if anything is mapped and accessible in [begin, end).
    bool any(std::uint64_t begin, std::uint64_t end) const;
    /// True if every byte is mapped.
    bool covers(std::uint64_t begin, std::uint64_t end) const;
    /// Bytes that are accessible.
    std::uint64_t accessible() const;

private:
    using Areas = std::map<std::uint64_t, Area>;

    Result map_locked(const MapRequest& request);
    int put_there(const MapRequest& request, std::uint64_t begin, std::uint64_t size, int flags) const;
    int copy_file(const MapRequest& request, std::uint64_t begin, std::uint64_t size) const;
    std::uint64_t there(const MapRequest& request, std::uint64_t size) const;
    Result place(const MapRequest& request, std::uint64_t size) const;
    std::optional<std::uint64_t> find_free(std::uint64_t size, std::uint64_t alignment) const;
    bool in_user_part(std::uint64_t begin, std::uint64_t size) const;
    bool free(std::uint64_t begin, std::uint64_t end) const;
    std::uint64_t covered_until(std::uint64_t begin, std::uint64_t end) const;
    Areas::iterator split(std::uint64_t at);
    void forget(std::uint64_t begin, std::uint64_t end);
    void remember(Area area);
    std::uint64_t accessible_in(std::uint64_t begin, std::uint64_t end) const;
    bool fits(std::uint64_t more) const { return accessible_ + more <= memory_limit_; }
    Result remap_locked(std::uint64_t at, std::uint64_t old_size, std::uint64_t new_size, int flags, std::uint64_t to);
    Result grow(const Area& piece, std::uint64_t old_size, std::uint64_t new_size);
    Result move(const Area& piece, std::uint64_t old_size, std::uint64_t to, std::uint64_t new_size, bool keep);
    Result moved_to(Area piece, std::uint64_t to, std::uint64_t new_size);
    Result copy(const Area& piece, std::uint64_t old_size, std::uint64_t to, std::uint64_t new_size, bool keep);
    Result forget_image(std::uint64_t begin, std::uint64_t end);
    Result restore_locked(const Area& area, std::span<const Contents> contents, int fd);
    Result rewind_areas(std::span<const Restored> wanted, int fd);
    bool is_of_image(const Restored& each) const;
    bool copy_back(std::span<const Restored> neighbours, int fd, int pagemap, const Fresh& fresh) const;
    bool copy_back_pages(const Restored& each, const Ranges::Range& pages, int fd, const Fresh& fresh) const;
    Result mark_wiped(std::uint64_t begin, std::uint64_t end, bool wipe);
    void told(std::uint64_t begin, std::uint64_t end, int protection) const;

    mutable std::mutex mutex_;
    Reservation reservation_;
    layout::Extent extent_;
    Areas areas_;
    bool changed_ = false;  ///< something was mapped, or not any more, since the guest began or rewind()
    Ranges image_;          ///< what is mapped from the file that restore() was given
    std::uint64_t memory_limit_;
    std::uint64_t accessible_ = 0;
    std::uint64_t break_begin_ = 0;
    std::uint64_t break_end_ = 0;
    Watcher watcher_;
    bool bounded_ = false;
};

}  // namespace husk::program
