#pragma once

#include <cstdint>

namespace husk {

/// A number that this process has, and no process that it was forked from: what was remembered with another is its parent's. Costs
/// no call of the kernel's (before Linux 4.14: one). From any thread.
std::uint64_t process_mark() noexcept;

/// The kernel's id of the calling thread, remembered for as long as process_mark() is the same.
int thread_id() noexcept;

}  // namespace husk
