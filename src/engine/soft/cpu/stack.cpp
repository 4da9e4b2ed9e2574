#include "engine/soft/cpu/stack.hpp"

#include "engine/soft/cpu/transfer.hpp"
#include "x86/descriptor.hpp"
#include "x86/walk.hpp"

namespace husk::soft {

Stack Stack::flat(std::uint64_t pointer, unsigned privilege)
{
    constexpr std::uint64_t kAlignment = 16;
    Stack stack{{}, pointer / kAlignment * kAlignment, privilege};
    stack.flat_ = true;
    return stack;
}

bool Stack::holds(const x86::SystemRegisters& system, std::uint64_t at, unsigned width) const
{
    if (!flat_) return x86::within_limit(segment_, static_cast<std::uint32_t>(at), width);
    return x86::is_canonical(system, at) && x86::is_canonical(system, at + width - 1);
}

Expected<void> Stack::push(Transfer& transfer, std::span<const std::uint64_t> items, unsigned width, std::uint32_t selector)
{
    std::uint64_t pointer = pointer_;
    for (const std::uint64_t item : items) {
        const std::uint64_t at = (pointer - width) & mask();
        if (!holds(transfer.state.system, at, width)) return transfer.fault(x86::kStackFault, selector);
        pointer = (pointer & ~mask()) | at;
        const auto bytes = std::as_bytes(std::span{&item, 1}).first(width);
        const std::uint64_t linear = flat_ ? at : (segment_.base + at) & 0xFFFF'FFFF;
        if (auto written = transfer.memory.write(linear, bytes, privilege_); !written) return written;
    }
    pointer_ = pointer;
    return {};
}

}  // namespace husk::soft
