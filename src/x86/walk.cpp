#include "x86/walk.hpp"

namespace husk::x86 {

namespace {

// 32-bit paging takes CR3 bits 31:12, PAE 31:5, the others 51:12. SDM Vol. 3A, tables 4-3, 4-7 and 4-12.
GuestPhys root(const SystemRegisters& system, const PagingShape& shape)
{
    if (shape == kPaging32) return {system.cr3 & 0xFFFF'F000};
    if (shape == kPagingPae) return {system.cr3 & 0xFFFF'FFE0};
    return {system.cr3 & kFrameMask};
}

bool maps_page(const WalkStep& step, const PagingShape& shape, const SystemRegisters& system)
{
    if (step.level == 1) return true;
    if (!step.flags().has(PageBit::PS)) return false;
    if (shape == kPaging32) return step.level == 2 && system.cr4.has(Cr4::PSE);
    return step.level == 2 || (step.level == 3 && shape != kPagingPae);
}

GuestPhys page_frame(const WalkStep& step, const PagingShape& shape)
{
    const std::uint64_t page_mask = ~(shape.page_size(step.level) - 1);
    if (shape == kPaging32 && step.level == 2) {
        // PSE-36: bits 20:13 of the entry are bits 39:32 of the address. SDM Vol. 3A, table 4-4.
        return {(step.entry & 0xFFC0'0000) | ((step.entry >> 13) & 0xFF) << 32};
    }
    return {step.entry & kFrameMask & page_mask};
}

// The four PDPTEs of PAE paging carry no RW or USER: those bits are reserved there.
bool has_rights(const WalkStep& step, const PagingShape& shape)
{
    return !(shape == kPagingPae && step.level == 3);
}

constexpr std::uint64_t bits(unsigned highest, unsigned lowest)
{
    return (~0ull >> (63 - highest)) & (~0ull << lowest);
}

/// Bits that must be 0 in a present entry. SDM Vol. 3A, tables 4-4 to 4-11 and 4-14 to 4-20.
std::uint64_t must_be_zero(const WalkStep& step, const PagingShape& shape, const SystemRegisters& system, unsigned physical_bits)
{
    const bool page = maps_page(step, shape, system);
    if (shape == kPaging32) return page && step.level == 2 ? bits(21, 21) : 0;
    std::uint64_t zero = physical_bits < kMostPhysicalBits ? bits(kMostPhysicalBits - 1, physical_bits) : 0;
    if (!system.efer.has(Efer::NXE)) zero |= bits(63, 63);
    if (shape == kPagingPae) zero |= bits(62, kMostPhysicalBits);
    if (!has_rights(step, shape)) return zero | bits(63, 63) | bits(8, 5) | bits(2, 1);
    if (step.level > 3) zero |= bits(7, 7);  // no page is that large
    constexpr unsigned kPat = 12;            // of large pages: memory type, not address
    if (page && step.level > 1) zero |= bits(shape.shift(step.level) - 1, kPat + 1);
    return zero;
}

}  // namespace

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

    bool writable = true;
    bool user = true;
    bool executable = true;
    GuestPhys table = root(system, *shape);
    for (unsigned level = shape->levels; level >= 1; --level) {
        WalkStep step{.level = level, .at = table + shape->index(linear.value, level) * shape->entry_size};
        const auto entry = read(step.at, shape->entry_size);
        step.readable = entry.has_value();
        step.entry = entry.value_or(0);
        const bool present = step.flags().has(PageBit::PRESENT);
        if (present) step.reserved = step.entry & must_be_zero(step, *shape, system, physical_bits);
        result.steps.push_back(step);
        if (!present || step.reserved != 0) return result;

        if (has_rights(step, *shape)) {
            writable = writable && step.flags().has(PageBit::RW);
            user = user && step.flags().has(PageBit::USER);
        }
        executable = executable && !(system.efer.has(Efer::NXE) && step.flags().has(PageBit::NX));
        if (maps_page(step, *shape, system)) {
            result.page_size = shape->page_size(level);
            result.physical = page_frame(step, *shape) + (linear.value & (result.page_size - 1));
            result.writable = writable;
            result.user = user;
            result.executable = executable;
            return result;
        }
        table = GuestPhys{step.entry & (shape->entry_size == 4 ? 0xFFFF'F000 : kFrameMask)};
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
