#pragma once

#include <husk/address.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace husk {

/// Reads page-table entries of 4 or 8 bytes out of `memory` (GuestMemory, or what reads like it), as x86::walk wants them.
template <typename Memory>
auto entry_reader(const Memory& memory)
{
    return [&memory](GuestPhys at, unsigned size) -> std::optional<std::uint64_t> {
        std::uint64_t entry = 0;
        if (!memory.read(at, std::as_writable_bytes(std::span{&entry, 1}).first(size))) return std::nullopt;
        return entry;
    };
}

}  // namespace husk
