#pragma once

#include "program/frozen/content.hpp"

#include <husk/memory.hpp>
#include <husk/x86.hpp>

#include <cstddef>

namespace husk::program {

/// What a processor sees that runs a program: Husk's part of the space, and what of the rest the machine is given.
struct FrozenMachine {
    /// Tables and stubs, by what builds them for a program that runs; the windows in which something is mapped, and the vDSO, are
    /// there, and empty.
    GuestMemory memory;
    x86::SystemRegisters system;  ///< of the thread's processor
};

/// The machine that a thaw makes for a frozen program, as it is when all that is mapped has been touched: until then entries for it
/// are missing, and made when the program comes there. For the thread of that index. Throws Error; std::out_of_range.
FrozenMachine machine_of(const FrozenContent& content, std::size_t thread);

}  // namespace husk::program
