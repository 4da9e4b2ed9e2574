#pragma once

namespace husk::program {

class Thread;

/// Runs a thread of the guest on the calling thread of the host until it ends or the program does. Throws nothing: what the host
/// refuses ends the program and is found in Process::failure.
void run_thread(Thread& thread);

/// Finds out in which ring SYSCALL arrives in the machine of this thread, before any of its threads runs, if that is not known.
/// Throws Error.
void find_ring_for(Thread& thread);

/// On the first thread of a program, before run_thread(): makes Thread::interrupt() reach it, and the threads that it starts.
void prepare_interrupts();

}  // namespace husk::program
