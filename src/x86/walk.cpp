#include "x86/walk.hpp"

#include "x86/page_entry.hpp"

namespace husk::x86 {

std::optional<PagingShape> paging_shape(const SystemRegisters& system)
{
    if (!system.cr0.has(Cr0::PG)) return std::nullopt;
    if (system.efer.has(Efer::LMA)) return system.cr4.has(Cr4::LA57) ? kPaging5Level : kPaging4Level;
    return system.cr4.has(Cr4::PAE) ? kPagingPae : kPaging32;
}

bool is_canonical(const SystemRegisters& system, std::uint64_t linear)
{
    const auto shape = paging_shape(system);
    if (!shape || shape->levels < 4) return true;
    return is_canonical(linear, shape->shift(shape->levels) + shape->top_bits);
}

Walk walk(const SystemRegisters& system, GuestVirt linear, const EntryReader& read, unsigned physical_bits)
{
    Walk result{.linear = linear, .steps = {}, .physical = {}};
    const auto shape = paging_shape(system);
    if (!shape) {
        result.physical = GuestPhys{linear.value};
        result.writable = result.user = result.executable = true;
        return result;
    }
    result.paging = true;
    result.canonical = is_canonical(system, linear.value);
    if (!result.canonical) return result;

    Rights rights;
    GuestPhys table = top_table(system, *shape);
    for (unsigned level = shape->levels; level >= 1; --level) {
        WalkStep step{.level = level, .at = table + shape->index(linear.value, level) * shape->entry_size};
        const auto read_entry = read(step.at, shape->entry_size);
        step.readable = read_entry.has_value();
        step.entry = read_entry.value_or(0);
        const PageEntry entry{system, *shape, level, step.entry};
        const bool present = step.flags().has(PageBit::PRESENT);
        if (present) step.reserved = entry.reserved(physical_bits);
        result.steps.push_back(step);
        if (!present || step.reserved != 0) return result;

        rights = below(entry, rights);
        if (entry.maps_page()) {
            result.page_size = shape->page_size(level);
            result.physical = entry.page() + (linear.value & (result.page_size - 1));
            result.writable = rights.writable;
            result.user = rights.user;
            result.executable = rights.executable;
            return result;
        }
        table = entry.table();
    }
    return result;
}

GuestVirt linear_address(const SystemRegisters& system, Segment SystemRegisters::*segment, std::uint64_t offset)
{
    const std::uint64_t base = (system.*segment).base;
    if (bits_of_code(system) != 64) return {(base + offset) & 0xFFFF'FFFF};
    const bool has_base = segment == &SystemRegisters::fs || segment == &SystemRegisters::gs;
    return {has_base ? base + offset : offset};
}

std::string_view name_of_level(unsigned level)
{
    switch (level) {
        case 1: return "PTE";
        case 2: return "PDE";
        case 3: return "PDPTE";
        case 4: return "PML4E";
        case 5: return "PML5E";
        default: return "?";
    }
}

}  // namespace husk::x86
