#include "program/signals/alternate_stack.hpp"

#include <cerrno>

namespace husk::program {

AlternateStack AlternateStack::seen_at(std::uint64_t stack_pointer) const
{
    AlternateStack seen = *this;
    seen.flags = flags & kAutoDisarm;
    if (size == 0)
        seen.flags |= kDisable;
    else if (in_use(stack_pointer))
        seen.flags |= kOnStack;
    return seen;
}

Result AlternateStack::replace(const AlternateStack& wanted, std::uint64_t stack_pointer)
{
    if (in_use(stack_pointer)) return -EPERM;
    const std::int32_t mode = wanted.flags & ~kAutoDisarm;
    if (mode != 0 && mode != kOnStack && mode != kDisable) return -EINVAL;
    if (mode == kDisable) {
        *this = {.flags = wanted.flags};
        return 0;
    }
    if (wanted.size < kSmallest) return -ENOMEM;
    *this = {.base = wanted.base, .flags = wanted.flags, .size = wanted.size};
    return 0;
}

}  // namespace husk::program
