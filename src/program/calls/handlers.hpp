#pragma once

#include "program/process/call.hpp"

#include <span>

namespace husk::program {

/// One served system call.
struct Served {
    long number;  ///< SYS_…
    Handler handler;
};

/// The calls served, by group; each group is a file of its own.
std::span<const Served> memory_calls();
std::span<const Served> thread_calls();
std::span<const Served> process_calls();
std::span<const Served> time_calls();
std::span<const Served> path_calls();

/// The handler of a call, or nothing: ENOSYS.
Handler find_handler(std::uint64_t number);

}  // namespace husk::program
