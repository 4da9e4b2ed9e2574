#pragma once

#include "support/bytes.hpp"
#include "support/guest.hpp"

#include <husk/machine.hpp>

#include <array>

namespace husk::test {

/// A guest for frozen machines, in long mode: adds 1 to a number at kCell and stops with it; again and again.
inline constexpr GuestPhys kCounterCode{0x6000};
inline constexpr GuestPhys kCounterCell{0x8000};
inline constexpr std::uint64_t kCounterSize = 0x9000;                                   // bytes of memory: as little as may be
inline constexpr auto kCounter = bytes(0x66, 0xBA, 0xF4, 0x00,                          // mov dx, 0xF4
                                       0xFF, 0x04, 0x25, 0x00, 0x80, 0x00, 0x00,        // again: inc dword [0x8000]
                                       0x8B, 0x04, 0x25, 0x00, 0x80, 0x00, 0x00, 0xEF,  // mov eax, [0x8000]; out dx, eax
                                       0xEB, 0xEF);                                     // jmp again

inline Machine counter(MachineConfig config, std::uint64_t size = kCounterSize)
{
    config.mode = x86::Mode::Long;
    config.memory = {{.base = {}, .size = size, .mergeable = false}};
    Machine machine{std::move(config)};
    EXPECT_TRUE(machine.memory().write(kCounterCode, kCounter));
    machine.start(x86::Mode::Long, kCounterCode);
    return machine;
}

/// What it stops with, or 0.
inline std::uint32_t next_count(Machine& machine)
{
    const Stop stop = machine.run(kPatience);
    const auto* const exited = std::get_if<stops::Exited>(&stop);
    EXPECT_NE(exited, nullptr) << describe(stop);
    return exited != nullptr ? exited->code : 0;
}

}  // namespace husk::test
