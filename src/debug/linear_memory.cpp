#include "debug/linear_memory.hpp"

#include "memory/entries.hpp"
#include "x86/walk.hpp"

#include <algorithm>
#include <span>

namespace husk::debug {

std::vector<std::byte> read_linear(const GuestMemory& memory, const x86::SystemRegisters& system, GuestVirt linear,
                                   std::size_t size)
{
    std::vector<std::byte> bytes;
    while (bytes.size() < size) {
        const GuestVirt at{linear.value + bytes.size()};
        const auto physical = x86::walk(system, at, entry_reader(memory)).physical;
        if (!physical) break;
        const std::size_t here = std::min<std::size_t>(size - bytes.size(), kPageSize - at.value % kPageSize);
        std::vector<std::byte> piece(here);
        if (!memory.read(*physical, piece)) break;
        bytes.insert(bytes.end(), piece.begin(), piece.end());
    }
    return bytes;
}

}  // namespace husk::debug
