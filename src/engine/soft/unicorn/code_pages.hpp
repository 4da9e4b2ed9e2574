#pragma once

#include "engine/soft/cpu/memory.hpp"

#include <husk/address.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_set>
#include <vector>

namespace husk::soft {

/// The pages that Unicorn holds translated code of, so that it can be told when that code changes.
///
/// Unicorn 2.1.1 notices a write to translated code only through TLB entries that are older than the translation; with those made
/// after any flush of the TLB, stale code goes on being executed. So pages with code are never writable in its TLB: a write stops
/// run(), is made by step(), and what it changed is forgotten.
class CodePages {
public:
    struct Change {
        GuestPhys at;
        std::uint64_t size = 0;  ///< bytes
    };

    explicit CodePages(const Memory& memory) : memory_{memory} {}

    bool contains(GuestPhys page) const { return pages_.contains(page.value); }
    /// True if `page` (its address) was none.
    bool add(GuestPhys page) { return pages_.insert(page.value).second; }
    void clear() { pages_.clear(); }
    /// Their addresses.
    const std::unordered_set<std::uint64_t>& all() const { return pages_; }

    /// The next instruction may write to `page`.
    void watch(GuestPhys page);
    /// What it has changed.
    std::vector<Change> take_changes();

private:
    struct Watched {
        GuestPhys page;
        std::array<std::byte, kPageSize> before;
    };

    const Memory& memory_;
    std::unordered_set<std::uint64_t> pages_;
    std::vector<Watched> watched_;
};

}  // namespace husk::soft
