#pragma once

#include "x86/paging.hpp"

#include <husk/address.hpp>
#include <husk/x86.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// Follows a linear address through the guest's page tables, remembering each step.
namespace husk::x86 {

/// Reads an entry of 4 or 8 bytes; nothing if that is not memory.
using EntryReader = std::function<std::optional<std::uint64_t>(GuestPhys at, unsigned size)>;

struct WalkStep {
    unsigned level = 0;  ///< 5 to 1; see name_of_level()
    GuestPhys at;        ///< of the entry
    std::uint64_t entry = 0;
    bool readable = true;        ///< false: the table is not in memory, and the walk ends here
    std::uint64_t reserved = 0;  ///< those bits of a present entry that must be 0 and are not: the walk ends here, too
    Flags<PageBit> flags() const { return Flags<PageBit>{entry}; }
};

struct Walk {
    GuestVirt linear;
    bool paging = false;    ///< CR0.PG; without it the linear address is the physical one
    bool canonical = true;  ///< 4- and 5-level paging: the upper bits repeat the highest one used
    std::vector<WalkStep> steps;
    std::optional<GuestPhys> physical;  ///< nothing: a page fault (or #GP if not canonical)
    std::uint64_t page_size = 0;        ///< bytes; 0 if not mapped
    bool writable = false;              ///< every step has RW
    bool user = false;                  ///< every step has USER
    bool executable = false;            ///< no step has NX, or EFER.NXE is off
};

/// Shape of the guest's paging; nothing if CR0.PG is off.
std::optional<PagingShape> paging_shape(const SystemRegisters& system);

/// True if the bits of `linear` above the lowest `width` repeat the highest of those.
constexpr bool is_canonical(std::uint64_t linear, unsigned width)
{
    const unsigned unused = 64 - width;
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(linear << unused) >> unused) == linear;
}

/// True if the upper bits of `linear` repeat the highest one that 4- or 5-level paging uses; always true outside long mode.
bool is_canonical(const SystemRegisters& system, std::uint64_t linear);

inline constexpr unsigned kMostPhysicalBits = 52;

/// `physical_bits` is the width of the processor's physical addresses: higher bits of an entry are reserved.
Walk walk(const SystemRegisters& system, GuestVirt linear, const EntryReader& read, unsigned physical_bits = kMostPhysicalBits);

/// Where `offset` in `segment` is in the linear address space. 64-bit code ignores the bases of all segments but FS and GS; other
/// code wraps at 32 bits. SDM Vol. 3A, "Segment Loading Instructions in IA-32e Mode" (3.4.4).
GuestVirt linear_address(const SystemRegisters& system, Segment SystemRegisters::*segment, std::uint64_t offset);

/// "PML4E", "PDPTE", "PDE", "PTE", "PML5E".
std::string_view name_of_level(unsigned level);

}  // namespace husk::x86
