#pragma once

#include "engine/soft/cpu/memory.hpp"

#include <husk/address.hpp>
#include <husk/x86.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace husk::soft {

/// The guest's linear address space, through its page tables as they are in memory, seen with the rights of ring 0.
class Linear {
public:
    Linear(const Memory& memory, const x86::SystemRegisters& system) : memory_{memory}, system_{system} {}

    /// Copies as many bytes from `at` on as are mapped and memory; gives how many.
    std::size_t read(std::uint64_t at, std::span<std::byte> bytes) const;

    /// A little-endian value; nothing if part of it is not there.
    template <typename Value>
    std::optional<Value> load(std::uint64_t at) const
    {
        Value value{};
        if (read(at, std::as_writable_bytes(std::span{&value, 1})) != sizeof value) return std::nullopt;
        return value;
    }

    /// Where the byte at `at` is; nothing if it is not mapped.
    std::optional<GuestPhys> physical(std::uint64_t at) const;

private:
    const Memory& memory_;
    const x86::SystemRegisters& system_;
};

}  // namespace husk::soft
