#pragma once

#include "base/pages.hpp"

#include <husk/address.hpp>

#include <cstdint>

/// A program's address space: guest-virtual equals guest-physical equals the offset into one host reservation. This is the largest,
/// which is the usual one. In smaller ones (Extent) what is the program's ends earlier; what is not stays where it is here.
///
///     0x000000_0000_0000 ┌────────────────────────────────┐
///                        │ never mapped                   │  so that a null pointer faults with its exact address
///     0x000000_0001_0000 ├────────────────────────────────┤
///                        │ executables with a fixed place │  0x40_0000 as a rule; their break follows them
///     0x000010_0000_0000 ├────────────────────────────────┤
///                        │ position-independent ones      │  their break follows them
///                        │ …                              │
///                        │ mmap, from the top down        │  libraries, the interpreter, what the program asks for
///     0x0000BF_FF00_0000 ├────────────────────────────────┤
///                        │ stack, from the top down       │
///     0x0000C0_0000_0000 ├────────────────────────────────┤
///                        │ free, for programs that ask    │  Go's heap begins here
///     0x0000FF_FE00_0000 ├────────────────────────────────┤
///                        │ the host's vDSO                │  its code and clock data, to be read only
///     0x0000FF_FF00_0000 ├────────────────────────────────┤
///                        │ Husk's: tables, stubs, TSSs    │  entry/layout.hpp draws it; no pointer of the guest's reaches it
///     0x000100_0000_0000 └────────────────────────────────┘
namespace husk::program::layout {

#ifdef __SANITIZE_THREAD__
inline constexpr std::uint64_t kSpace = 64_GiB;  // that sanitizer leaves a process as little as 512 GiB, for all its programs
#else
inline constexpr std::uint64_t kSpace = 1024_GiB;
#endif
inline constexpr std::uint64_t kUserBegin = 64_KiB;  ///< Linux's default vm.mmap_min_addr
inline constexpr std::uint64_t kSmallestSpace = 1_GiB;
inline constexpr std::uint64_t kHusk = kSpace - 16_MiB;
inline constexpr std::uint64_t kVdso = kHusk - 16_MiB;
inline constexpr std::uint64_t kUserEnd = kVdso;  ///< one past what any guest can map, and point at in a system call

/// Memory is given to the machine in pieces of this size, when they are first touched.
inline constexpr std::uint64_t kWindow = 16_MiB;
using husk::kLargePage;

/// Where things are in a space of `size` bytes of addresses, which is what the host reserves.
class Extent {
public:
    constexpr explicit Extent(std::uint64_t size = kSpace) : size_{size} {}

    static constexpr bool is_size(std::uint64_t size) { return size >= kSmallestSpace && size <= kSpace && size % 1_GiB == 0; }

    constexpr std::uint64_t position_independent() const { return size_ / 16; }
    constexpr std::uint64_t stack_top() const { return size_ / 4 * 3; }
    constexpr std::uint64_t mmap_top() const { return stack_top() - 16_MiB; }
    /// One past what the guest can map, and point at in a system call.
    constexpr std::uint64_t user_end() const { return size_ - (kSpace - kVdso); }
    /// Where in the reservation an address lies that is kVdso or behind: right behind what is the guest's.
    constexpr std::uint64_t offset(std::uint64_t address) const { return address - kVdso + user_end(); }

private:
    std::uint64_t size_;
};

}  // namespace husk::program::layout
