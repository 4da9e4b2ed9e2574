#pragma once

#include <husk/x86.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace husk::engine {

/// An access to memory, by linear address.
struct MemoryAccess {
    std::uint64_t at = 0;
    std::uint64_t size = 0;  ///< bytes
    bool write = false;      ///< also if it reads first

    bool operator==(const MemoryAccess&) const = default;
};

/// The accesses that the instruction at the start of `code`, 64-bit code at `registers.rip`, is about to make: what tells where a
/// exits::MemoryFault was whose address the host did not tell. Of a repeated instruction those of its next item. Empty if it makes
/// none, is no instruction, or gathers its addresses from vector registers. Throws Error if there is no memory.
std::vector<MemoryAccess> accesses_of(std::span<const std::byte> code, const x86::Registers& registers, std::uint64_t fs_base,
                                      std::uint64_t gs_base);

/// The same of an instruction of any code, 16-, 32- or 64-bit, at CS:RIP.
std::vector<MemoryAccess> accesses_of(std::span<const std::byte> code, const x86::Registers& registers,
                                      const x86::SystemRegisters& system);

}  // namespace husk::engine
