#pragma once

#include "engine/soft/cpu/memory.hpp"
#include "engine/soft/decode/site_instruction.hpp"

#include <husk/address.hpp>
#include <husk/x86.hpp>

#include <cstdint>
#include <optional>

namespace husk::soft {

/// As many items of a string IN or OUT as go in one exit: they lie in one page of memory, one after the other.
struct StringRun {
    SiteInstruction instruction;
    GuestPhys at;
    std::uint64_t items = 0;

    std::uint64_t size() const { return items * instruction.width; }
};

/// The next run of `instruction`, whose page gets its ACCESSED and DIRTY bits. Nothing if there is anything unusual about it (it
/// goes backwards, is nothing at all, faults, leaves its segment or memory): then it is a case for Emulator::step().
std::optional<StringRun> next_run(const SiteInstruction& instruction, const x86::State& state, const Memory& memory,
                                  unsigned privilege);

/// Moves the registers past `run`. True if that was all of the instruction, whose end the instruction pointer does not know yet.
bool advance(x86::Registers& registers, const StringRun& run);

}  // namespace husk::soft
