#include "engine/kvm/kicker.hpp"

#include "base/process_mark.hpp"

#include <husk/error.hpp>

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace husk::kvm {

namespace {

using std::chrono::nanoseconds;

timespec to_timespec(nanoseconds time)
{
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(time);
    return {.tv_sec = whole.count(), .tv_nsec = (time - whole).count()};
}

nanoseconds until(engine::Deadline deadline)
{
    // A timer set to zero would be off.
    return std::max(nanoseconds{1}, std::chrono::duration_cast<nanoseconds>(deadline - std::chrono::steady_clock::now()));
}

}  // namespace

void Kicker::enter(engine::Deadline deadline, bool ticking)
{
    deadline_ = deadline;
    ticking_ = ticking;
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, kSignal);
    ::pthread_sigmask(SIG_BLOCK, &ours, &outside_);
    thread_.store(thread_id());
    try {
        let_through(outside_);
        if (deadline_ != engine::kNever || ticking_) arm(kTick, kTick);
        // A kick before there was a thread to signal, or a deadline that has passed: KVM_RUN is to return at once.
        if (deadline_passed() || kicked_.load()) signal(thread_.load());
    } catch (...) {
        leave();
        throw;
    }
}

void Kicker::leave() noexcept
{
    disarm();
    thread_.store(0);
    if (signalled_.exchange(false)) swallow();
    ::pthread_sigmask(SIG_SETMASK, &outside_, nullptr);
}

void Kicker::start_ticking()
{
    ticking_ = true;
    const bool deadline_is_next = deadline_ != engine::kNever && until(deadline_) < kTick;
    if (!deadline_is_next) arm(kTick, kTick);
}

void Kicker::kick() noexcept
{
    kicked_.store(true);
    if (const int thread = thread_.load(); thread != 0) signal(thread);
}

bool Kicker::take_kick()
{
    swallow();
    return kicked_.exchange(false) || deadline_passed();
}

bool Kicker::deadline_passed()
{
    if (deadline_ == engine::kNever) return false;
    const auto left = until(deadline_);
    if (left <= nanoseconds{1}) return true;
    // The last tick before the deadline is cut short to meet it.
    if (!ticking_ || left < kTick) arm(left, kTick);
    return false;
}

void Kicker::let_through(const sigset_t& outside)
{
    sigset_t inside = outside;
    sigdelset(&inside, kSignal);
    if (known_to_kvm_ && std::memcmp(&*known_to_kvm_, &inside, sizeof inside) == 0) return;

    // struct kvm_signal_mask: a length, then the kernel's own signal set of 8 bytes, which is the start of the C library's.
    constexpr std::uint32_t kKernelSetSize = 8;
    struct {
        SignalMaskHeader header;
        std::array<std::uint8_t, kKernelSetSize> set;
    } argument{{kKernelSetSize}, {}};
    std::memcpy(argument.set.data(), &inside, kKernelSetSize);
    call(kernel_, vcpu_.get(), kSetSignalMask, argument.header);
    known_to_kvm_ = inside;
}

void Kicker::arm(nanoseconds first, nanoseconds then)
{
    if (!timer_) {
        sigevent event{};
        event.sigev_notify = SIGEV_THREAD_ID;
        event.sigev_signo = kSignal;
        event._sigev_un._tid = thread_id();
        timer_t timer{};
        if (::timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) throw Error{"timer_create", errno};
        timer_ = timer;
    }
    signalled_.store(true);
    const itimerspec spec{.it_interval = to_timespec(then), .it_value = to_timespec(first)};
    if (::timer_settime(*timer_, 0, &spec, nullptr) != 0) throw Error{"timer_settime", errno};
}

void Kicker::disarm() noexcept
{
    if (timer_) ::timer_delete(*timer_);
    timer_.reset();
}

void Kicker::signal(int thread) noexcept
{
    signalled_.store(true);
    ::syscall(SYS_tgkill, ::getpid(), thread, kSignal);
}

void Kicker::swallow() const noexcept
{
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, kSignal);
    constexpr timespec kNow{};
    while (::sigtimedwait(&ours, nullptr, &kNow) == kSignal) {
    }
}

}  // namespace husk::kvm
