#pragma once

#include "program/frozen/descriptor.hpp"
#include "program/process/thread.hpp"

#include <husk/frozen_program.hpp>

#include <cstdint>
#include <span>
#include <vector>

/// The descriptors of a program that is frozen, and of one that is thawed.
///
/// Contents are kept of what has no name: pipes, files in memory, deleted files; kMostKept in all. A file by name is opened again
/// and must be what it was, as far as the program may rely on it:
///
///     read                      the same bytes
///     read and written, append  what there was is still how it begins
///     written                   as long as the program's place in it, unless it appends
///
/// A file is known to be unchanged by device, inode, size and time of change, and otherwise compared by the hash of its bytes; one
/// of more than kMostCompared bytes is not compared. A folder that is being listed must be the same one.
namespace husk::program {

inline constexpr std::uint64_t kMostKept = 4U << 20;
inline constexpr std::uint64_t kMostCompared = 4ULL << 30;

/// All descriptors below the line, by rising number. What cannot be frozen is added to `refusals` instead. For a thread that shares
/// the program's descriptors, while none of the program's threads runs; takes Process::descriptors. It changes nothing that the
/// program could see.
std::vector<FrozenDescriptor> capture_descriptors(Process& process, std::vector<NotFreezable>& refusals);

/// Makes those of `thread`'s process what they were: all others below the line are closed, and 0, 1 and 2 of the caller given to
/// whatever the program had them as. Everything of Husk's own lies above the line by then. For a thread that shares the program's
/// descriptors, before any of the program's threads runs, and before the process is confined. Throws Error, naming the descriptor
/// and what is missing; 0, 1 and 2 are then the caller's again.
void restore_descriptors(Thread& thread, std::span<const FrozenDescriptor> descriptors);

/// Checks that a list is one that capture_descriptors() makes, for a program with numbers below `line`. Throws Error as above.
void check_descriptors(std::span<const FrozenDescriptor> descriptors, int line);

}  // namespace husk::program
