#pragma once

#include <husk/machine.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace husk::test {

/// All that a guest leaves behind.
struct Outcome {
    Stop stop;
    std::string output;    ///< debug console
    std::string accesses;  ///< of the Pad at ports 0x500 and that at 2 MiB
    x86::State state;
    std::vector<std::byte> memory;
};

/// A guest as the suite runs it: `code` at `base` in 2 MiB of memory, and a Pad (support/pad.hpp) at ports 0x500–0x50F and another
/// in memory from 2 MiB.
struct Run {
    x86::Mode mode = x86::Mode::Real;
    GuestPhys base;
    std::span<const std::byte> code;
};

/// Throws Error with ENOTSUP where `engine` cannot start a guest in that mode.
Outcome run_on(Engine engine, const Run& run);

/// Without what only some engines know of it.
Stop plain(const Stop& stop);

/// Bytes that need not be alike.
struct Extent {
    std::uint64_t begin = 0, end = 0;
};

/// How `other` differs from `one`, in words, a line each: stop, output, accesses, registers, system registers, the first bytes of
/// memory outside `aside`. Empty if it does not. Registers do not count after a triple fault, at which AMD-V loses them.
std::string differences(const Outcome& one, const Outcome& other, std::span<const Extent> aside = {});

}  // namespace husk::test
