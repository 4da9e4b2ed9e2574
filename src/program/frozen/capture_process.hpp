#pragma once

#include "program/frozen/content.hpp"
#include "program/process/process.hpp"

#include <vector>

namespace husk::program {

/// What there is to a program beside its memory, and what of it cannot be frozen.
struct Captured {
    ProgramState state;
    std::vector<NotFreezable> refusals;
};

/// Of a program whose threads are all parked, or have ended. For a thread that shares its descriptors. Throws Error.
Captured capture_process(Process& process);

}  // namespace husk::program
