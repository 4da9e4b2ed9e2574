#pragma once

#include "program/frozen/descriptor.hpp"
#include "program/process/thread.hpp"

#include <husk/frozen_program.hpp>

#include <span>
#include <vector>

namespace husk::program {

/// All descriptors below the line, by rising number. What cannot be frozen is added to `refusals` instead.
std::vector<FrozenDescriptor> capture_descriptors(Process& process, std::vector<NotFreezable>& refusals);

/// Makes those of `thread`'s process what they were. Throws Error.
void restore_descriptors(Thread& thread, std::span<const FrozenDescriptor> descriptors);

/// Checks that a list is one that capture_descriptors() makes, for a program with numbers below `line`. Throws Error as above.
void check_descriptors(std::span<const FrozenDescriptor> descriptors, int line);

}  // namespace husk::program
