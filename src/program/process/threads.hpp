#pragma once

#include "program/process/process.hpp"

#include <husk/address.hpp>

#include <tl/expected.hpp>

#include <cstdint>
#include <memory>
#include <optional>

namespace husk::program {

/// A seat with its processor as a program starts: at ring 3, everything else zero. EAGAIN if there are no more.
tl::expected<ProcessorSeat, int> new_seat(Process& process);

/// What clone() says of a new thread.
struct NewThread {
    std::uint64_t stack = 0;             ///< its RSP; 0: its parent's
    std::optional<std::uint64_t> tls{};  ///< its FS base; otherwise its parent's
    GuestVirt parent_tid{};              ///< where its id goes before clone() returns; null: nowhere
    GuestVirt child_tid{};               ///< where its id goes before it runs
    GuestVirt clear_child_tid{};         ///< what is cleared, and a futex woken, when it ends
};

/// Starts a thread that goes on where `parent` is, with RAX 0. Its id, or −EAGAIN.
Result start_thread(Thread& parent, const NewThread& what);

/// Runs a thread that was made elsewhere, and is in Process::threads, on a new one of the host. Throws Error.
void go_on(const std::shared_ptr<Thread>& thread);
/// The first that the host thread of such a thread does.
void take_host_thread(Thread& thread);

/// What is left to do for a thread that ends, on its host thread: the processor is given back, and whoever waits is told. One that
/// was parked has not ended, and stays.
void end_thread(Thread& thread);

/// Waits until every host thread that start_thread() made has ended.
void join_threads(Process& process);

}  // namespace husk::program
