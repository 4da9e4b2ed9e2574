#pragma once

#include "engine/soft/cpu/system_memory.hpp"

#include <husk/x86.hpp>

#include <cstdint>
#include <span>

namespace husk::soft {

struct Transfer;

/// The stack that an event's frame is pushed on, while it is not yet the processor's.
class Stack {
public:
    /// 16- and 32-bit: `pointer` wraps, and is checked, as `segment` says. `privilege` is that of the code that will own it.
    Stack(const x86::Segment& segment, std::uint64_t pointer, unsigned privilege)
        : segment_{segment}, pointer_{pointer}, privilege_{privilege}
    {}
    /// 64-bit: aligned to 16 bytes, no limit. SDM Vol. 3A, "64-Bit Mode Stack Frame" (6.14.2).
    static Stack flat(std::uint64_t pointer, unsigned privilege);

    /// Pushes `items` of `width` bytes each, the first one first. `selector` is what a stack fault names: 0, or that of a stack
    /// which the processor changes to.
    Expected<void> push(Transfer& transfer, std::span<const std::uint64_t> items, unsigned width, std::uint32_t selector = 0);

    /// All of RSP: what lies above a 16-bit pointer stays as it was.
    std::uint64_t pointer() const { return pointer_; }

private:
    std::uint64_t mask() const { return flat_ ? ~0ull : segment_.big ? 0xFFFF'FFFF : 0xFFFF; }
    bool holds(const x86::SystemRegisters& system, std::uint64_t at, unsigned width) const;

    x86::Segment segment_;
    std::uint64_t pointer_;
    unsigned privilege_;
    bool flat_ = false;
};

}  // namespace husk::soft
