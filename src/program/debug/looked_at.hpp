#pragma once

#include "engine/accesses.hpp"
#include "program/process/thread.hpp"

#include <husk/machine.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace husk::program {

/// An instruction before and behind it, for watchpoints: what it is about to touch, and what is there. Husk steps, because a
/// processor's own registers for that are not there on every host.
class LookedAt {
public:
    /// The thread is about to execute the instruction at thread.user. `watchpoints` must live until
    /// behind() or forget().
    void before(Thread& thread, const std::vector<Breakpoint>& watchpoints);
    /// It is done: the first watchpoint that was met, if one was. Also what a system call, or another thread, has written.
    const Breakpoint* behind(Thread& thread);
    void forget() { watchpoints_ = nullptr; }

private:
    const std::vector<Breakpoint>* watchpoints_ = nullptr;
    std::vector<engine::MemoryAccess> accesses_;
    std::vector<std::vector<std::byte>> values_;  ///< one a watchpoint
};

}  // namespace husk::program
