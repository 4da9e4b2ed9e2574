#pragma once

#include "x86/tables.hpp"
#include "x86/walk.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>

namespace husk::test {

/// Of an entry, short enough to be read many at a time.
namespace page_bits {
inline constexpr std::uint64_t P = 1;  // PRESENT
inline constexpr std::uint64_t W = 2;  // RW
inline constexpr std::uint64_t U = 4;  // USER
inline constexpr std::uint64_t PS = 0x80;
inline constexpr std::uint64_t NX = 1ull << 63;
}  // namespace page_bits

/// Page tables by hand: entries stored where a walk looks for them. A page with an entry is memory, as is one that is added; the
/// rest is not.
class PageTables {
public:
    PageTables() = default;
    explicit PageTables(const x86::Tables& tables) : entry_size_{tables.entry_size}
    {
        add(tables.root);
        for (const auto& [at, value] : tables.entries) put(at.value, value);
    }

    void add(GuestPhys page) { pages_.insert(page.value / kPageSize); }
    void put(std::uint64_t at, std::uint64_t entry)
    {
        add(GuestPhys{at});
        entries_[at] = entry;
    }

    x86::EntryReader reader() const
    {
        return [this](GuestPhys at, unsigned size) -> std::optional<std::uint64_t> {
            if (!pages_.contains(at.value / kPageSize) || (entry_size_ != 0 && size != entry_size_)) return std::nullopt;
            const auto found = entries_.find(at.value);
            return found == entries_.end() ? 0 : found->second;
        };
    }

private:
    unsigned entry_size_ = 0;
    std::map<std::uint64_t, std::uint64_t> entries_;
    std::set<std::uint64_t> pages_;
};

}  // namespace husk::test
