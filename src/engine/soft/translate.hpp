#pragma once

#include <husk/address.hpp>
#include <husk/memory.hpp>
#include <husk/x86.hpp>

#include <cstdint>
#include <optional>

namespace husk::soft {

/// What the guest wants of a page.
enum class Use : std::uint8_t { Read, Write, Execute };

/// A page that the guest may use without further questions.
struct OpenPage {
    GuestPhys at;
    bool write = false;    ///< reading is always open
    bool execute = false;
};

/// Translates the page of `linear` if, and only if, there is nothing to it: it leads to memory, the rights are there, and every
/// ACCESSED and DIRTY bit that the use would set is set already. All else - page faults, devices, the first touch of a page -
/// is for Unicorn's own MMU (Emulator::step), which this never contradicts.
std::optional<OpenPage> translate(const GuestMemory& memory, const x86::SystemRegisters& system, unsigned privilege,
                                  std::uint64_t linear, Use use);

}  // namespace husk::soft
