#pragma once

#include "program/entry/processor.hpp"
#include "program/process/thread.hpp"

namespace husk::program {

/// Does what a thread has left ring 3 for: serves its system call, gives it memory, or sends it a signal for what it may not do.
void answer(Thread& thread, const entry::Event& event);

/// From now on the thread's machine answers by itself the calls that it can, and of which nobody wants to be told.
void answer_inside(Thread& thread);

}  // namespace husk::program
