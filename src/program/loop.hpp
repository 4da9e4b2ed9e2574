#pragma once

#include "base/deadline_timer.hpp"
#include "engine/vcpu.hpp"
#include "program/process/thread.hpp"

#include <optional>

namespace husk::program {

/// Runs a thread of the guest on the calling thread of the host until it ends or the program does. Throws nothing: what the host
/// refuses ends the program and is found in Process::failure.
void run_thread(Thread& thread);

/// Finds out in which ring SYSCALL arrives in the machine of this thread, before any of its threads runs, if that is not known.
/// Throws Error.
void find_ring_for(Thread& thread);

/// Before run_function(), once. Throws Error.
void prepare_functions(Thread& thread);

/// Runs a visited thread from thread.user on until the function returns that it is in: HUSK_RETURN. Nothing: the program, or the
/// thread, has ended before. After `deadline` it ends with stops::OutOfTime, which is what
/// `timer` does to it while it waits in a call.
std::optional<FunctionResult> run_function(Thread& thread, engine::Deadline deadline, DeadlineTimer& timer);

/// On the first thread of a program, before run_thread(): makes Thread::interrupt() reach it, and the threads that it starts.
void prepare_interrupts();

}  // namespace husk::program
