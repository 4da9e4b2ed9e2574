#pragma once

#include "program/signals/set.hpp"

#include <atomic>
#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

namespace husk::program {

/// The kernel's siginfo_t is libc's.
using SignalInfo = siginfo_t;
static_assert(sizeof(SignalInfo) == 128);

/// How many signals with information a program has waiting in all its queues, and may have: RLIMIT_SIGPENDING.
struct QueueRoom {
    static constexpr std::size_t kUsual = 4096;

    std::atomic<std::size_t> used{0};
    std::size_t most = kUsual;
};

/// Signals that have been sent to a thread, or to a whole process, and not been taken. Guarded by whoever shares them.
class PendingSignals {
public:
    explicit PendingSignals(QueueRoom& room) : room_{&room} {}
    ~PendingSignals();
    PendingSignals(const PendingSignals&) = delete;
    PendingSignals& operator=(const PendingSignals&) = delete;

    /// A standard signal that is pending already is not added again. Where there is no room, a real-time signal that was not sent
    /// by kill() is refused: false, the sender's EAGAIN; others are pending without their information.
    [[nodiscard]] bool add(const SignalInfo& info);

    /// The next of those not `blocked`: a synchronous one if there is, otherwise the one with the lowest number.
    std::optional<SignalInfo> take(SignalSet blocked);
    void forget(SignalSet these);

    SignalSet set() const { return set_; }
    /// What waits with its information, in the order it came.
    const std::deque<SignalInfo>& queue() const { return queue_; }
    /// What another had, in place of what there is.
    void restore(SignalSet set, const std::vector<SignalInfo>& queue);
    /// The waiting information of a timer's signal, to count in it how often the timer has expired meanwhile; or nothing.
    SignalInfo* of_timer(int timer);
    void forget_timer(int timer);

private:
    SignalInfo take_one(int signal);
    std::deque<SignalInfo>::iterator find_timer(int timer);

    QueueRoom* room_;
    SignalSet set_;
    std::deque<SignalInfo> queue_;  // in the order they came; a signal of set_ may have no entry
};

/// What kill() and the kernel tell, without more: `code` SI_USER or SI_TKILL with its sender.
SignalInfo sent_by(int signal, int code, int pid, unsigned uid);

}  // namespace husk::program
