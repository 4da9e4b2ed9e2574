#pragma once

#include <husk/address.hpp>
#include <husk/memory.hpp>
#include <husk/x86.hpp>

#include <cstddef>
#include <vector>

namespace husk::debug {

/// Up to `size` bytes from `linear` on, through the guest's page tables, as far as they are mapped and in memory.
std::vector<std::byte> read_linear(const GuestMemory& memory, const x86::SystemRegisters& system, GuestVirt linear,
                                   std::size_t size);

}  // namespace husk::debug
