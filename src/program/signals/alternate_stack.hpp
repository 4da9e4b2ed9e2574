#pragma once

#include "program/host/call.hpp"

#include <cstdint>

namespace husk::program {

/// The stack that handlers with SA_ONSTACK run on, as sigaltstack(2) has it. Laid out as the kernel's stack_t.
struct AlternateStack {
    static constexpr std::int32_t kOnStack = 1, kDisable = 2;  ///< SS_ONSTACK, SS_DISABLE
    static constexpr std::int32_t kAutoDisarm = INT32_MIN;     ///< SS_AUTODISARM, bit 31
    static constexpr std::uint64_t kSmallest = 2048;           ///< MINSIGSTKSZ, in bytes

    std::uint64_t base = 0;  ///< of the guest; the lowest address
    std::int32_t flags = kDisable;
    std::int32_t padding = 0;
    std::uint64_t size = 0;

    std::uint64_t top() const { return base + size; }
    bool holds(std::uint64_t stack_pointer) const { return stack_pointer > base && stack_pointer - base <= size; }
    /// True if a thread with this stack pointer runs on it. One that disarms itself is never run on in this sense: it may be
    /// replaced at any time.
    bool in_use(std::uint64_t stack_pointer) const { return (flags & kAutoDisarm) == 0 && holds(stack_pointer); }

    /// What sigaltstack() tells of it to a thread with this stack pointer.
    AlternateStack seen_at(std::uint64_t stack_pointer) const;
    /// Becomes `wanted`. −EPERM: it is in use. −EINVAL: unknown flags. −ENOMEM: smaller than kSmallest.
    Result replace(const AlternateStack& wanted, std::uint64_t stack_pointer);

    bool operator==(const AlternateStack&) const = default;
};
static_assert(sizeof(AlternateStack) == 24);

}  // namespace husk::program
