#pragma once

#include <husk/address.hpp>
#include <husk/memory.hpp>
#include <husk/x86.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace husk::machine {

/// The instruction that the processor is at.
struct CodeAt {
    GuestVirt linear;                   ///< CS base + instruction pointer
    std::array<std::byte, 15> bytes{};  ///< an x86 instruction has at most 15
    std::uint8_t size = 0;              ///< how many of them are mapped and in memory
    std::optional<GuestPhys> nowhere;   ///< set if the address translates to where no memory is
};

CodeAt code_at(const GuestMemory& memory, const x86::SystemRegisters& system, const x86::Registers& registers);

}  // namespace husk::machine
