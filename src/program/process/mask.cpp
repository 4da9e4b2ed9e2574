#include "program/process/process.hpp"
#include "program/process/signals.hpp"

#include <utility>

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

void restore_mask(Thread& thread)
{
    if (const auto saved = std::exchange(thread.signals.saved, std::nullopt)) set_mask(thread, *saved);
}

}  // namespace husk::program
