#pragma once

#include <husk/address.hpp>
#include <husk/memory.hpp>
#include <husk/x86.hpp>

#include <cstdint>
#include <optional>

namespace husk::soft {

/// What the guest wants of a page.
enum class Use : std::uint8_t { Read, Write, Execute };

/// A page that the guest may use: memory or a hole.
struct OpenPage {
    GuestPhys at;
    bool write = false;  ///< reading is always open
    bool execute = false;
};

/// Translates the page of `linear` for code at `privilege` and sets the ACCESSED and DIRTY bits that the use sets, as a processor
/// would. Nothing if the use is a fault, or if there is anything unusual about it: that is for Unicorn's own MMU to judge, which
/// this never contradicts. SDM Vol. 3A, "Determination of Access Rights" (4.6.1), "Accessed and Dirty Flags" (4.8).
std::optional<OpenPage> translate(const GuestMemory& memory, const x86::SystemRegisters& system, unsigned privilege,
                                  std::uint64_t linear, Use use);

}  // namespace husk::soft
