#pragma once

#include "hostile/setup.hpp"

#include "engine/vm.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

/// Guests that mean ill: what they are is read from a few bytes, so that a fuzzer can invent them and a seed can stand for them.
namespace husk::hostile {

/// What else happens to the guest, as bits of its second byte.
enum class Habit : std::uint8_t {
    Trap = 1u << 0,          ///< RFLAGS.TF
    Settle = 1u << 1,        ///< the host settles exits
    Rewrite = 1u << 2,       ///< and writes registers at some
    Meddle = 1u << 3,        ///< and memory between runs
    SpoilSystem = 1u << 4,   ///< and writes nonsense into the system's registers
    SpoilTables = 1u << 5,   ///< descriptor and page tables are not what they should be
    ShortLife = 1u << 6,     ///< destroyed after a few exits, in the middle of things
    DistantMemory = 1u << 7  ///< there is memory at the ends of the physical address space too
};

/// A guest as bytes: start, habits, eight bytes of seed for all else, and its code.
inline constexpr std::size_t kHeader = 10;

/// The guest of a seed.
std::vector<std::byte> random_guest(Start start, std::uint64_t seed);

/// How long it may run, beside having a number of exits.
struct Life {
    std::chrono::milliseconds time{4};
    std::function<void(engine::Vcpu&)> born;  ///< called before it runs: may arrange for a kick(), which ends it
};

/// Runs the guest on an engine that `make` gives. Throws std::runtime_error if what the engine promises does not hold.
void run(std::span<const std::byte> guest, std::unique_ptr<engine::Vm> (&make)(), const Life& life = {});

}  // namespace husk::hostile
