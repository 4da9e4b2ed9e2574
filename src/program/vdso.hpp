#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace husk::program {

/// The host's vDSO and the clock data that it reads, as they lie in this process: what a guest whose TSC is the host's can use as
/// it is, so that clock_gettime() does not leave the machine. vdso(7).
struct Vdso {
    std::span<std::byte> pages;  ///< the data, then the code; empty if they are not side by side
    std::uint64_t code = 0;      ///< where in it the ELF header is
};
Vdso host_vdso();

/// XXH64 of its code: equal where every function is at the same place.
std::uint64_t hash_of(const Vdso& vdso);

}  // namespace husk::program
