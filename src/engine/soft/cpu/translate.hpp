#pragma once

#include <husk/address.hpp>
#include <husk/memory.hpp>
#include <husk/x86.hpp>

#include <tl/expected.hpp>

#include <cstdint>

namespace husk::soft {

/// What the guest wants of a page.
enum class Use : std::uint8_t { Read, Write, Execute };

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
tl::expected<OpenPage, x86::Exception> translate(const GuestMemory& memory, const x86::SystemRegisters& system, unsigned privilege,
                                                 std::uint64_t linear, Use use);

}  // namespace husk::soft
