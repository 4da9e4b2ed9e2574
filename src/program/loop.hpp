#pragma once

namespace husk::program {

class Thread;

/// Runs a thread of the guest on the calling thread of the host until it ends or the program does. Throws nothing: what the host
/// refuses ends the program and is found in Process::failure.
void run_thread(Thread& thread);

/// Once in a process, before the first run_thread().
void prepare_interrupts();

}  // namespace husk::program
