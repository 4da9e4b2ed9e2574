#pragma once

#include "engine/kvm/request.hpp"
#include "engine/vm.hpp"

#include <signal.h>
#include <time.h>

#include <atomic>
#include <optional>

namespace husk::kvm {

/// Gets a thread out of KVM_RUN: for kick(), at a deadline, and every 20 ms if asked to.
///
/// The means is SIGURG, sent to that thread alone. It stays blocked but for the time inside KVM_RUN (KVM_SET_SIGNAL_MASK), where it
/// makes the call return EINTR without ever being delivered: no handler is installed, none is needed, and a signal that comes too
/// late is harmless, for SIGURG is ignored by default. A signal that comes too early is pending when KVM_RUN is entered, which then
/// returns at once: there is no window in which a kick is lost.
class Kicker {
public:
    static constexpr int kSignal = SIGURG;
    static constexpr std::chrono::milliseconds kTick{20};

    /// `vcpu` is the descriptor at all times.
    Kicker(Kernel& kernel, const UniqueFd& vcpu) : kernel_{kernel}, vcpu_{vcpu} {}
    ~Kicker() { disarm(); }
    Kicker(const Kicker&) = delete;
    Kicker& operator=(const Kicker&) = delete;

    /// Binds to the calling thread. `ticking` asks for the 20 ms tick.
    void enter(engine::Deadline deadline, bool ticking);
    void leave() noexcept;
    /// Asks for the tick from now on, between enter() and leave().
    void start_ticking();

    /// From any thread or signal handler.
    void kick() noexcept;

    /// After KVM_RUN said EINTR, or before it is entered: takes the signals that came. True if the owner was kicked, or the
    /// deadline has passed; false for a mere tick or a signal of the host program's own.
    bool take_kick();

private:
    void let_through(const sigset_t& outside);
    void arm(std::chrono::nanoseconds first, std::chrono::nanoseconds then);
    void disarm() noexcept;
    /// If it has not, the tick is cut short to meet it.
    bool deadline_passed();
    void signal(int thread) noexcept;
    void swallow() const noexcept;

    Kernel& kernel_;
    const UniqueFd& vcpu_;
    std::atomic<int> thread_{0};
    std::atomic<bool> kicked_{false};
    std::atomic<bool> signalled_{false};  ///< kSignal was sent, or will be, and leave() has to see to it
    engine::Deadline deadline_ = engine::kNever;
    bool ticking_ = false;
    sigset_t outside_{};
    std::optional<sigset_t> known_to_kvm_;
    std::optional<timer_t> timer_;
};

}  // namespace husk::kvm
