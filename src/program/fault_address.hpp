#pragma once

#include <husk/x86.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace husk::program {

/// An access that an instruction makes to memory.
struct MemoryAccess {
    std::uint64_t address = 0;
    std::uint64_t size = 0;  ///< bytes
    bool write = false;
    bool operator==(const MemoryAccess&) const = default;
};

/// What the instruction at the start of `code`, of a 64-bit program with `registers` and these bases, reads and writes, in the
/// order of its operands; the stack last. For KVM tells that an access failed and not which. Empty if it is no instruction, or one
/// whose places only the processor knows (gathers, XSAVE's parts).
std::vector<MemoryAccess> memory_accesses(std::span<const std::byte> code, const x86::Registers& registers, std::uint64_t fs_base,
                                          std::uint64_t gs_base);

}  // namespace husk::program
