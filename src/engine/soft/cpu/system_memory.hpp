#pragma once

#include "engine/soft/cpu/memory.hpp"

#include <husk/address.hpp>
#include <husk/x86.hpp>

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

namespace husk::soft {

/// There is no memory where the processor itself wanted to read or write.
struct Nowhere {
    GuestPhys at;
};

/// Why the processor cannot go on with what it does: the guest's fault, or the host's.
using Obstacle = std::variant<x86::Exception, Nowhere>;

template <typename Value>
using Expected = tl::expected<Value, Obstacle>;

/// The guest's linear memory as the processor uses it on its own behalf: descriptor tables, task-state segments, stacks that
/// exceptions are pushed on. All accesses heed paging; those of the system are made with the rights of ring 0, whatever code runs.
/// SDM Vol. 3A, "Determination of Access Rights" (4.6.1).
class SystemMemory {
public:
    /// What was written, for whoever holds translated code.
    struct Written {
        GuestPhys at;
        std::uint64_t size = 0;  ///< bytes
    };

    SystemMemory(const Memory& memory, const x86::SystemRegisters& system) : memory_{memory}, system_{system} {}

    /// Little-endian values.
    template <typename Value>
    Expected<Value> load(std::uint64_t linear, unsigned privilege = 0) const
    {
        Value value{};
        if (auto done = read(linear, std::as_writable_bytes(std::span{&value, 1}), privilege); !done)
            return tl::unexpected{done.error()};
        return value;
    }
    template <typename Value>
    Expected<void> store(std::uint64_t linear, const Value& value, unsigned privilege = 0)
    {
        return write(linear, std::as_bytes(std::span{&value, 1}), privilege);
    }

    Expected<void> read(std::uint64_t linear, std::span<std::byte> bytes, unsigned privilege = 0) const;
    /// Writes all, or nothing if part of it cannot be.
    Expected<void> write(std::uint64_t linear, std::span<const std::byte> bytes, unsigned privilege = 0);

    const std::vector<Written>& written() const { return written_; }

private:
    const Memory& memory_;
    const x86::SystemRegisters& system_;
    std::vector<Written> written_;
};

}  // namespace husk::soft
