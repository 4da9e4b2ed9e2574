#include "program/process/process.hpp"
#include "program/process/signals.hpp"

#include <cerrno>

namespace husk::program {

void set_mask(Thread& thread, SignalSet mask)
{
    ProcessSignals& shared = thread.process.signals;
    ThreadSignals& mine = thread.signals;
    bool others = false;
    {
        const std::lock_guard lock{shared.mutex};
        const SignalSet before = mine.blocked;
        mine.blocked = mask.without(kUnblockable);
        const SignalSet pending = mine.pending.set() | shared.pending.set();
        if (!pending.without(mine.blocked).empty()) thread.attend();
        // What this thread was perhaps chosen to take, and now does not.
        others = !(pending & mine.blocked.without(before)).empty();
    }
    if (others) retarget(thread.process);
}

void set_temporary_mask(Thread& thread, SignalSet mask)
{
    if (!thread.signals.saved) thread.signals.saved = thread.signals.blocked;
    set_mask(thread, mask);
}

Result set_temporary_mask(Thread& thread, GuestVirt mask, std::uint64_t size)
{
    if (mask.value == 0) return 0;
    if (size != SignalSet::kSize) return -EINVAL;
    const auto set = thread.process.memory.get<SignalSet>(mask);
    if (!set) return -EFAULT;
    set_temporary_mask(thread, *set);
    return 0;
}

Result set_temporary_mask_of_pselect(Thread& thread, GuestVirt argument)
{
    struct Argument {
        GuestVirt mask;
        std::uint64_t size;
    };
    if (argument.value == 0) return 0;
    const auto both = thread.process.memory.get<Argument>(argument);
    return both ? set_temporary_mask(thread, both->mask, both->size) : -EFAULT;
}

}  // namespace husk::program
