#pragma once

#include "program/process/call.hpp"

#include <cstdint>
#include <span>

namespace husk::program {

/// One served system call.
struct Served {
    long number;  ///< SYS_…
    Handler handler;
};

// The calls served, by group; each group is a file of its own.
std::span<const Served> memory_calls();
std::span<const Served> futex_calls();
std::span<const Served> thread_calls();
std::span<const Served> time_calls();
std::span<const Served> descriptor_calls();
std::span<const Served> information_calls();
std::span<const Served> signal_calls();
std::span<const Served> kill_calls();
std::span<const Served> timer_calls();
std::span<const Served> path_calls();

/// The handler of a call, or nothing: ENOSYS.
Handler find_handler(std::uint64_t number);

}  // namespace husk::program
