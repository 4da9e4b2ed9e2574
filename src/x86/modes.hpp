#pragma once

#include <husk/address.hpp>
#include <husk/x86.hpp>

/// The state to start a guest in, for each mode, as pure values. Segments are flat: base 0, limit 4 GiB, code at selector 8, data
/// at selector 16 (real mode: selector 0, limit 64 KiB).
namespace husk::x86 {

/// `entry` below 1 MiB, `stack` at most 1 MiB: what does not fit into IP goes into CS, what does not into SP into SS.
State real_mode(std::uint64_t entry, std::uint64_t stack);
State protected_mode(std::uint64_t entry, std::uint64_t stack);
/// 32-bit with CR4.PSE and paging on; `tables` is the page directory.
State paged_mode(std::uint64_t entry, std::uint64_t stack, GuestPhys tables);
/// 64-bit; `tables` is the PML4.
State long_mode(std::uint64_t entry, std::uint64_t stack, GuestPhys tables);

}  // namespace husk::x86
