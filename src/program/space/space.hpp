#pragma once

#include "memory/reservation.hpp"
#include "program/host/call.hpp"
#include "program/space/layout.hpp"
#include "program/space/user_memory.hpp"

#include <husk/address.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
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
    std::string name;  ///< the file as the guest named it, "[heap]", "[stack]", or nothing

    std::uint64_t size() const { return end - begin; }
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

    /// Reserves the space. `memory_limit`: how many bytes may be accessible at once. Throws Error.
    explicit Space(std::uint64_t memory_limit);

    const Reservation& reservation() const { return reservation_; }
    UserMemory memory() const { return UserMemory{reservation_}; }
    void watch(Watcher watcher);

    Result map(const MapRequest& request);
    Result unmap(GuestVirt at, std::uint64_t size);
    Result protect(GuestVirt at, std::uint64_t size, int protection);
    Result remap(GuestVirt at, std::uint64_t old_size, std::uint64_t new_size, int flags, GuestVirt to);
    Result advise(GuestVirt at, std::uint64_t size, int advice);
    /// Where the break begins; it is there, empty, from now on.
    void start_break(std::uint64_t at);
    Result set_break(GuestVirt at);

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
    Result place(const MapRequest& request, std::uint64_t size) const;
    std::optional<std::uint64_t> find_free(std::uint64_t size, std::uint64_t alignment) const;
    bool free(std::uint64_t begin, std::uint64_t end) const;
    bool covers_locked(std::uint64_t begin, std::uint64_t end) const;
    Areas::iterator split(std::uint64_t at);
    void forget(std::uint64_t begin, std::uint64_t end);
    void remember(Area area);
    std::uint64_t accessible_in(std::uint64_t begin, std::uint64_t end) const;
    bool fits(std::uint64_t more) const { return accessible_ + more <= memory_limit_; }
    Result remap_locked(std::uint64_t at, std::uint64_t old_size, std::uint64_t new_size, int flags, std::uint64_t to);
    Result grow(const Area& piece, std::uint64_t old_size, std::uint64_t new_size);
    Result move(const Area& piece, std::uint64_t old_size, std::uint64_t to, std::uint64_t new_size);
    void told(std::uint64_t begin, std::uint64_t end, int protection) const;

    mutable std::mutex mutex_;
    Reservation reservation_;
    Areas areas_;
    std::uint64_t memory_limit_;
    std::uint64_t accessible_ = 0;
    std::uint64_t break_begin_ = 0;
    std::uint64_t break_end_ = 0;
    Watcher watcher_;
};

}  // namespace husk::program
