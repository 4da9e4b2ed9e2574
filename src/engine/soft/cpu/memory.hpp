#pragma once

#include "engine/vm.hpp"

#include <husk/address.hpp>
#include <husk/memory.hpp>

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <span>
#include <type_traits>

namespace husk::soft {

/// What the guest wants of memory.
enum class Use : std::uint8_t { Read, Write, Execute };

/// The guest's physical memory as this engine has it: pieces of the host's, each with what the guest may do there. What it may not
/// do is never done by the host either: the host's own memory may be without those rights, too.
class Memory {
public:
    struct Piece {
        std::span<std::byte> host;
        engine::Access access = engine::Access::ReadWrite;
    };

    Memory() = default;
    // NOLINTNEXTLINE(google-explicit-constructor): all of it, readable and writable
    Memory(const GuestMemory& memory);

    /// Each throws std::invalid_argument if these are not whole pages; add() if memory is there already, protect() if any is none.
    void add(GuestPhys base, std::span<std::byte> host, engine::Access access);
    void protect(GuestPhys base, std::uint64_t size, engine::Access access);

    /// The host's view of `size` bytes at `at`, which must lie within one piece that the guest may use so.
    tl::expected<std::span<std::byte>, BadAddress> window(GuestPhys at, std::uint64_t size, Use use = Use::Read) const;
    /// Copies out; nothing is copied if any of it cannot be read.
    tl::expected<void, BadAddress> read(GuestPhys at, std::span<std::byte> bytes) const;

    /// True if all of `host` is memory from `base` on.
    bool is_backed_by(GuestPhys base, std::span<const std::byte> host) const;
    /// True if there is memory at `at`, whatever the guest may do with it.
    bool contains(GuestPhys at) const { return piece_at(at) != pieces_.end(); }
    /// True if there is memory at `at` that the guest may not use so.
    bool denies(GuestPhys at, Use use) const;
    /// True if there ever was memory of which the guest may not do all.
    bool is_restricted() const { return restricted_; }

    /// By base.
    const std::map<GuestPhys, Piece>& pieces() const { return pieces_; }

private:
    using Place = std::map<GuestPhys, Piece>::const_iterator;
    Place piece_at(GuestPhys at) const;
    void check_given(GuestPhys base, std::uint64_t size) const;
    void split(GuestPhys at);
    void join(GuestPhys at);

    std::map<GuestPhys, Piece> pieces_;
    bool restricted_ = false;
};

}  // namespace husk::soft
