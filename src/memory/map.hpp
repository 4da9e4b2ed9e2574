#pragma once

#include <husk/address.hpp>

/// The fixed places of a booted image's machine, in guest-physical memory and in port space.
///
///     0x000000 ┌──────────────────────────────┐
///              │ flat images by default       │  real mode: interrupt vector table, if the image sets one up
///     0x000400 ├──────────────────────────────┤
///              │ answer cell, 2–8 bytes       │  where the built-in guests store 42
///     0x001000 ├──────────────────────────────┤
///              │ multiboot information        │  multiboot kernels only
///     0x002000 ├──────────────────────────────┤
///              │ PML4 (long), PD (paged)      │  paged and long mode only
///     0x003000 ├──────────────────────────────┤
///              │ PDPT                         │  long mode only
///     0x004000 ├──────────────────────────────┤
///              │ PDs, one a GiB that is there │  long mode only; 2 MiB pages
///     0x005000 ├──────────────────────────────┤  (one PD: up to 1 GiB of memory)
///              │ free                         │
///              │ …                            │
///              │ stack, growing down          │  real mode: below 0x10000
///     end      └──────────────────────────────┘  of the first region (2 MiB by default)
///       …        holes: MMIO devices, or nobody
namespace husk::map {

inline constexpr GuestPhys kFlatImage{0x0};
inline constexpr GuestPhys kAnswer{0x400};
inline constexpr GuestPhys kMultibootInfo{0x1000};
inline constexpr std::uint64_t kMultibootInfoSize = 0x1000;
inline constexpr GuestPhys kPageTables{0x2000};
inline constexpr GuestPhys kRealModeStack{0x10000};

inline constexpr std::uint16_t kDebugConsolePort = 0xE9;
inline constexpr std::uint16_t kExitPort = 0xF4;
inline constexpr std::uint16_t kGuestPort = 0xF5;
inline constexpr std::uint16_t kSerialPort = 0x3F8;

}  // namespace husk::map
