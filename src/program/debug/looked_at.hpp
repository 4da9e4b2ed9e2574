#pragma once

#include "program/process/thread.hpp"

#include <husk/machine.hpp>
#include <husk/x86.hpp>

#include <cstddef>
#include <vector>

namespace husk::program {

/// An instruction before and behind it, for watchpoints that no debug register of the processor meets: what it touches, and what
/// was there.
class LookedAt {
public:
    /// The thread is about to execute the instruction at thread.user. `watchpoints` must live until behind() or forget().
    void before(const Thread& thread, const std::vector<Breakpoint>& watchpoints);
    /// It is done: the first watchpoint that was met, if one was. One on writes is met by a value that is another now, which
    /// `system_call` may have written; if that can have been another thread, then only if the instruction has written there.
    const Breakpoint* behind(Thread& thread, bool system_call);
    void forget() { watchpoints_ = nullptr; }

private:
    const std::vector<Breakpoint>* watchpoints_ = nullptr;
    x86::Registers registers_;
    std::vector<std::vector<std::byte>> values_;  ///< one a watchpoint
};

}  // namespace husk::program
