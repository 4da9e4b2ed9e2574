#pragma once

#include "base/unique_fd.hpp"
#include "program/host/call.hpp"
#include "program/signals/pending.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace husk::program {

/// A program's signalfds. Each is a pipe whose one end the program has, and which Husk fills with struct signalfd_siginfo as soon
/// as a signal of its mask is pending that no thread would take otherwise. So poll, epoll, dup and read work by themselves. What
/// differs from Linux: a signal is bound to a descriptor when it comes, not when it is read, and is then no longer pending
/// elsewhere; a standard signal that comes again before it is read is read twice; fstat and /proc tell of a pipe.
///
/// Guarded by whoever shares them. Results are Linux's.
class SignalDescriptors {
public:
    /// A new one; its number is below `limit`, and Husk's own end's is not below `line`. `flags`: SFD_….
    Result create(SignalSet mask, int flags, int limit, int line);
    /// −EBADF, or −EINVAL if `fd` is none of these.
    Result change(int fd, SignalSet mask);

    bool empty() const { return all_.empty(); }
    bool has(int fd) const;
    /// What it tells of; nothing if `fd` is none of these.
    std::optional<SignalSet> mask_of(int fd) const;
    /// Puts records that were read from one behind those that `fd` has. −EBADF, −EINVAL if it is none, −EAGAIN if there is no room.
    Result refill(int fd, std::span<const std::byte> records);
    /// False until there has been one. Guards itself.
    bool ever_used() const { return ever_used_; }
    /// Gives each what is pending in `from` of its mask and of `held`, which nobody else wants.
    void feed(PendingSignals& from, SignalSet held);

private:
    struct One {
        UniqueFd end;  ///< the one that Husk writes to
        std::uint64_t device = 0;
        std::uint64_t inode = 0;
        SignalSet mask;
        bool abandoned = false;
    };

    static Result adopt(int low, int line, One& one);
    static void feed(One& one, PendingSignals& from, SignalSet held);

    /// Which of them `fd`, or what it is a copy of, is the other end of; all_.size() if none. −EBADF.
    Result find(int fd) const;

    std::vector<One> all_;
    std::atomic<bool> ever_used_{false};
};

}  // namespace husk::program
