#include "x86/tables.hpp"

#include <algorithm>
#include <map>

namespace husk::x86 {

namespace {

constexpr auto kTableFlags = PageBit::PRESENT | PageBit::RW | PageBit::USER;
constexpr auto kPageFlags = kTableFlags | PageBit::PS;

/// Hands out table pages in order and remembers which table serves which part of the address space.
class Builder {
public:
    Builder(GuestPhys root, const PagingShape& shape) : shape_{shape}
    {
        tables_.root = root;
        tables_.end = root + kPageSize;
        tables_.entry_size = shape.entry_size;
    }

    /// Maps the level-2 page around `linear` to itself.
    void map_page(std::uint64_t linear)
    {
        GuestPhys table = tables_.root;
        for (unsigned level = shape_.levels; level > 2; --level) table = table_below(table, linear, level);
        put(table, linear, 2, Flags<PageBit>{linear} | kPageFlags);
    }

    Tables take() { return std::move(tables_); }

private:
    GuestPhys table_below(GuestPhys table, std::uint64_t linear, unsigned level)
    {
        const GuestPhys entry = entry_at(table, linear, level);
        const auto [known, fresh] = below_.try_emplace(entry, tables_.end);
        if (fresh) {
            tables_.end = tables_.end + kPageSize;
            tables_.entries.push_back({entry, (Flags<PageBit>{known->second.value} | kTableFlags).word()});
        }
        return known->second;
    }

    void put(GuestPhys table, std::uint64_t linear, unsigned level, Flags<PageBit> value)
    {
        tables_.entries.push_back({entry_at(table, linear, level), value.word()});
    }

    GuestPhys entry_at(GuestPhys table, std::uint64_t linear, unsigned level) const
    {
        return table + shape_.index(linear, level) * shape_.entry_size;
    }

    PagingShape shape_;
    Tables tables_;
    std::map<GuestPhys, GuestPhys> below_;
};

Tables identity_map(GuestPhys root, const PagingShape& shape, std::span<const Extent> extents, std::uint64_t limit)
{
    Builder builder{root, shape};
    const std::uint64_t step = shape.page_size(2);
    std::vector<Extent> sorted{extents.begin(), extents.end()};
    std::ranges::sort(sorted, {}, &Extent::begin);

    std::uint64_t done = 0;  // all below is mapped already, where an extent asked for it
    for (const auto& extent : sorted) {
        if (extent.begin >= extent.end) continue;
        const std::uint64_t end = std::min(extent.end, limit);
        for (std::uint64_t page = std::max(done, extent.begin / step * step); page < end; page += step) {
            builder.map_page(page);
            done = page + step;
        }
    }
    return builder.take();
}

}  // namespace

Tables identity_map_32(GuestPhys root, std::span<const Extent> extents)
{
    return identity_map(root, kPaging32, extents, 4_GiB);
}

Tables identity_map_long(GuestPhys root, std::span<const Extent> extents)
{
    // The lower half of the 48-bit space; addresses above it would have to be sign-extended.
    return identity_map(root, kPaging4Level, extents, 1ull << 47);
}

}  // namespace husk::x86
