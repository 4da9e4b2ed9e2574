#pragma once

#include "hostile/random.hpp"

#include <husk/memory.hpp>
#include <husk/x86.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace husk::hostile {

/// The modes of a processor that hostile guests start in.
enum class Start : std::uint8_t {
    Real,
    Virtual86,
    Protected16,  ///< 16-bit code at ring 0, no paging
    Protected,    ///< 32-bit code at ring 0, no paging
    ProtectedUser,
    Paged,  ///< 32-bit paging
    PagedUser,
    Pae,
    PaeUser,
    Long,
    LongUser,
    Compatibility,  ///< 32-bit code in long mode
    Nonsense,       ///< Long, with system registers that make no sense
};
inline constexpr std::array<std::string_view, 13> kStartNames{
    "real", "virtual-8086", "protected-16", "protected", "protected-user", "paged",    "paged-user",
    "pae",  "pae-user",     "long",         "long-user", "compatibility",  "nonsense",
};
inline constexpr std::size_t kStarts = kStartNames.size();

/// Of the code that the guest starts with: 16, 32 or 64.
unsigned bits(Start start);

/// What lies where, in the first region; all of it is the guest's to write, and all but the code may be what no sane guest has.
///
///     0x0000  interrupt vectors (real mode)
///     0x1000  IDT
///     0x2000  GDT, LDT, TSS, a second TSS
///     0x3000  page tables, a page a level
///     0x7000  stack of ring 0
///     0x8000  code, over and over to 0xA000
///     0xA000  data, zeroes
inline constexpr std::uint64_t kIdt = 0x1000, kGdt = 0x2000, kLdt = 0x2200, kTss = 0x2400, kTss2 = 0x2800;
inline constexpr std::uint64_t kTables = 0x3000, kStackEnd = 0x7F00, kCode = 0x8000, kCodeEnd = 0xA000;
inline constexpr std::uint64_t kMemorySize = 0x2'0000;

/// Writes all of that for a guest that starts so, into its memory, and gives the state to start in.
x86::State set_up(GuestMemory& memory, Start start, std::span<const std::byte> code, Random& random);

/// Some entries of the tables become others, anything at all.
void spoil_tables(GuestMemory& memory, Random& random);
/// So do some bits of the system's registers.
void spoil(x86::SystemRegisters& system, Random& random);
/// A value for a register that is likely to lead somewhere: near memory, near its end, or random.
std::uint64_t likely_value(Random& random);

}  // namespace husk::hostile
