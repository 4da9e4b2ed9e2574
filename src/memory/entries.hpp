#pragma once

#include <husk/memory.hpp>

#include <cstdint>
#include <optional>

namespace husk {

/// Reads page-table entries of 4 or 8 bytes out of `memory`, as x86::walk wants them.
inline auto entry_reader(const GuestMemory& memory)
{
    return [&memory](GuestPhys at, unsigned size) -> std::optional<std::uint64_t> {
        std::uint64_t entry = 0;
        if (!memory.read(at, std::as_writable_bytes(std::span{&entry, 1}).first(size))) return std::nullopt;
        return entry;
    };
}

}  // namespace husk
