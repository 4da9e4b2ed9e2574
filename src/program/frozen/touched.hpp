#pragma once

#include "program/frozen/content.hpp"
#include "program/process/process.hpp"

#include <span>
#include <vector>

/// Memory that a thawed program is known to write to soon: each page of it would be a fault in the guest, which costs many times
/// what it costs to have the page ready.
namespace husk::program {

/// What of these areas the program that has `space` has of its own by now, in order. Called on a thread that can open
/// /proc/self/pagemap. Throws Error.
std::vector<FrozenRange> touched_memory(const Space& space, std::span<const FrozenArea> areas);

/// Has such memory ready, for a program that is about to run. What cannot be had ready is made when it is touched.
/// Nothing, if nothing is known of it.
void have_ready(const Space& space, const ProgramState& state);
/// Gives it to the machine.
void give(Windows& windows, std::span<const FrozenRange> ranges);

/// Whether these are whole pages by rising address, of areas that can be written to.
tl::expected<void, FrozenError> check_touched(const ProgramState& state);

}  // namespace husk::program
