#include "x86/mappings.hpp"

#include "x86/page_entry.hpp"

#include <utility>

namespace husk::x86 {

namespace {

constexpr std::uint64_t kLinear32 = std::uint64_t{1} << 32;

class Mapper {
public:
    Mapper(const SystemRegisters& system, const PagingShape& shape, const EntryReader& read, const MappingBounds& bounds)
        : system_{system}, shape_{shape}, read_{read}, bounds_{bounds}
    {}

    Mappings map()
    {
        found_.complete = follow(top_table(system_, shape_), shape_.levels, 0, {});
        return std::move(found_);
    }

private:
    /// A table and those that it leads to. False: a bound was met.
    bool follow(GuestPhys table, unsigned level, std::uint64_t linear, const Rights& above)
    {
        for (unsigned i = 0; i < table_entries(shape_, level); ++i) {
            if (entries_++ == bounds_.entries) return false;
            const auto value = read_(table + std::uint64_t{i} * shape_.entry_size, shape_.entry_size);
            if (!value) continue;
            const PageEntry entry{system_, shape_, level, *value};
            if (!entry.flags().has(PageBit::PRESENT) || entry.reserved(kMostPhysicalBits) != 0) continue;
            const std::uint64_t at = linear + i * shape_.page_size(level);
            const Rights rights = below(entry, above);
            if (!(entry.maps_page() ? add(entry, at, rights) : follow(entry.table(), level - 1, at, rights))) return false;
        }
        return true;
    }

    bool add(const PageEntry& entry, std::uint64_t linear, const Rights& rights)
    {
        const MappedRange next{.linear = {canonical(shape_, linear)},
                               .physical = entry.page(),
                               .size = shape_.page_size(entry.level),
                               .writable = rights.writable,
                               .user = rights.user,
                               .executable = rights.executable};
        if (!found_.ranges.empty() && continues(found_.ranges.back(), next)) {
            found_.ranges.back().size += next.size;
            return true;
        }
        if (found_.ranges.size() == bounds_.ranges) return false;
        found_.ranges.push_back(next);
        return true;
    }

    static bool continues(const MappedRange& range, const MappedRange& next)
    {
        return range.linear.value + range.size == next.linear.value && range.physical + range.size == next.physical &&
               range.writable == next.writable && range.user == next.user && range.executable == next.executable;
    }

    const SystemRegisters& system_;
    const PagingShape& shape_;
    const EntryReader& read_;
    const MappingBounds& bounds_;
    Mappings found_;
    std::size_t entries_ = 0;
};

}  // namespace

Mappings mappings(const SystemRegisters& system, const EntryReader& read, const MappingBounds& bounds)
{
    const auto shape = paging_shape(system);
    if (!shape)
        return {{{.linear = {0}, .physical = {0}, .size = kLinear32, .writable = true, .user = true, .executable = true}}, true};
    return Mapper{system, *shape, read, bounds}.map();
}

}  // namespace husk::x86
