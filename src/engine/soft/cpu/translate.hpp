#pragma once

#include "engine/soft/cpu/memory.hpp"

#include <husk/address.hpp>
#include <husk/x86.hpp>

#include <tl/expected.hpp>

#include <cstdint>

namespace husk::soft {

/// Where the guest may do what it wants: memory or a hole.
struct OpenPage {
    GuestPhys at;        ///< of the byte asked for
    bool write = false;  ///< reading is always open
    bool execute = false;
};

/// Width of a physical address of the processor that Unicorn emulates.
inline constexpr unsigned kPhysicalBits = 40;

/// Translates `linear` for code at `privilege` and sets the ACCESSED and DIRTY bits that the use sets, as a processor would; or
/// gives the fault that it is. Where more than that decides (EFLAGS.AC lets ring 0 touch ring 3's pages in spite of SMAP) the
/// answer is the fault. SDM Vol. 3A, "Determination of Access Rights" (4.6.1), "Accessed and Dirty Flags" (4.8).
tl::expected<OpenPage, x86::Exception> translate(const Memory& memory, const x86::SystemRegisters& system, unsigned privilege,
                                                 std::uint64_t linear, Use use);

/// True if a processor that walks the page tables to `linear` by itself reads and marks only entries in memory that is the guest's
/// to read and write.
bool walks_freely(const Memory& memory, const x86::SystemRegisters& system, std::uint64_t linear);

}  // namespace husk::soft
