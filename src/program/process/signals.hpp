#pragma once

#include "program/process/call.hpp"
#include "program/signals/pending.hpp"
#include "program/signals/set.hpp"

#include <cstdint>
#include <optional>

/// A program's signals: sent to it and its threads, and taken by them on the way back to ring 3.
namespace husk::program {

class Thread;
struct Process;

/// Makes the program's signals work: timers, and those of this process if the program takes them. Before its first thread runs.
/// Throws std::system_error, and std::logic_error if another program of this process takes them.
void start_signals(Process& process);

/// After its last thread has run: no timer expires any more, and this process has its own signals again.
void stop_signals(Process& process);

/// Sends to the program what the host has caught for it. What it does next it does with that pending.
void hand_on_caught(Process& process);

/// Between a call, or an exit, and ring 3: takes what is pending and not blocked. Ends or stops the program, or makes thread.user
/// what a handler starts with; makes an interrupted call again; restores a temporary mask.
void before_return(Thread& thread);

/// After each served call: notes that it was interrupted, and takes what the host's kernel raised for it (SIGPIPE, SIGXFSZ).
void answered(Thread& thread, const Call& call, Result result);

/// The guest goes on at its SYSCALL, with the number of `call` in RAX.
void make_again(Thread& thread, const Call& call);

/// An exception in ring 3: the thread gets its signal, and if it blocks or ignores that the program ends. `code` is SEGV_MAPERR and
/// the like, `address` what the signal tells and, of a page fault, CR2; `trap` and `error` are the processor's vector and error
/// code.
void raise_fault(Thread& thread, int signal, int code, std::uint64_t address, int trap, std::uint64_t error);

/// As above for SIGSEGV of the kernel's own: what a thread gets for a frame or a pointer that makes no sense.
void raise_segv(Thread& thread);

/// True if something is pending that before_return() would do more with than drop it.
bool has_to_deliver(Thread& thread);

/// Sends to one thread, or to the program. −EAGAIN: a queue is full.
Result send_to_thread(Thread& thread, const SignalInfo& info);
Result send_to_process(Process& process, const SignalInfo& info);

/// The thread's mask; KILL and STOP are never in it.
void set_mask(Thread& thread, SignalSet mask);

/// The mask for the call that is being served: ppoll and its kin. before_return() restores the one before, or lets the handler of
/// the signal that interrupted the call restore it.
void set_temporary_mask(Thread& thread, SignalSet mask);
/// The mask before is the thread's again, if there is one.
void restore_mask(Thread& thread);

/// Takes a pending signal of `these` though the thread blocks it. For the thread itself.
std::optional<SignalInfo> take_signal(Thread& thread, SignalSet these);

/// What was sent to the program and was perhaps to be taken by a thread that is no more, or does not want it any more.
void retarget(Process& process);

/// Deletes a timer, and its signal if that waits. −EINVAL: there is no such timer.
Result remove_timer(Process& process, int id);

/// True if `fd` is a signalfd.
bool reads_signals(Process& process, int fd);

/// Forgets what is pending of a signal that is ignored from now on, in the program and all its threads.
void forget_signal(Process& process, int signal);

}  // namespace husk::program
