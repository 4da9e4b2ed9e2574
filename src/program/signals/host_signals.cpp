#include "program/signals/host_signals.hpp"

#include "program/host/call.hpp"

#include <sys/syscall.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <stdexcept>
#include <utility>
#include <vector>

namespace husk::program {

namespace {

constexpr SignalSet kRaised = SignalSet::of(SIGPIPE, SIGXFSZ);
constexpr SignalSet kOfLibc = SignalSet::of(32, 33);  // glibc's and musl's cancellation and setuid

/// Whose default the host's kernel knows best: to stop, to go on, and to leave a core, which is Husk's.
constexpr SignalSet kLeftToHost = kStopping | kDumpingCore | SignalSet::of(SIGCONT);

SignalSet takeable()
{
    return ~(kUnblockable | kSynchronous | kRaised | kOfLibc | SignalSet::of(SIGURG, interrupt_signal()));
}

/// A caught signal on its way from the handler to the helper.
struct Slot {
    enum State : int { Free, Filling, Full, Emptying };

    std::atomic<int> state{Free};
    std::uint64_t order = 0;
    SignalInfo info{};
};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<std::uint64_t>::is_always_lock_free, "used by a handler");

constexpr std::size_t kSlots = 128;  // a signal that finds none free is lost, as where RLIMIT_SIGPENDING is reached
std::array<Slot, kSlots> slots;
std::atomic<std::uint64_t> next_order{0};
std::atomic<int> in_hand{0};  ///< caught, and not yet handed on
std::atomic<const SignalHelper*> waiting{nullptr};

/// Runs on whichever thread the host chose, between any two instructions.
void on_signal(int, siginfo_t* info, void*)
{
    for (Slot& slot : slots) {
        int expected = Slot::Free;
        if (!slot.state.compare_exchange_strong(expected, Slot::Filling)) continue;
        slot.order = next_order.fetch_add(1);
        slot.info = *info;
        slot.state = Slot::Full;
        ++in_hand;
        break;
    }
    if (const SignalHelper* const helper = waiting) helper->wake();
}

/// In the order in which they came.
std::vector<SignalInfo> caught()
{
    std::vector<std::pair<std::uint64_t, SignalInfo>> found;
    for (Slot& slot : slots) {
        int expected = Slot::Full;
        if (!slot.state.compare_exchange_strong(expected, Slot::Emptying)) continue;
        found.emplace_back(slot.order, slot.info);
        slot.state = Slot::Free;
    }
    std::ranges::sort(found, {}, [](const auto& each) { return each.first; });
    std::vector<SignalInfo> infos;
    infos.reserve(found.size());
    for (const auto& [order, info] : found) infos.push_back(info);
    return infos;
}

}  // namespace

void HostSignals::take(Actions& actions)
{
    const SignalHelper* nobody = nullptr;
    if (!waiting.compare_exchange_strong(nobody, helper_))
        throw std::logic_error{"another program has the signals of this process"};
    taken_ = true;
    for (int signal = 1; signal <= kSignals; ++signal) {
        const HostDisposition now = host_disposition(signal);
        before_[static_cast<std::size_t>(signal)] = now;
        if (now.is_ignored() && (takeable() | kRaised).has(signal)) actions.set(signal, {.handler = Action::kIgnore});
    }
    for (int signal = 1; signal <= kSignals; ++signal) follow(signal, actions);
    helper_->begin();  // signals are lost on a helper that was not begun
}

void HostSignals::give_back()
{
    if (!taken_) return;
    for (int signal = 1; signal <= kSignals; ++signal)
        if (takeable().has(signal)) set_host_disposition(signal, before_[static_cast<std::size_t>(signal)]);
    taken_ = false;
    waiting = nullptr;
    hand_on([](const SignalInfo&) {});
}

void HostSignals::follow(int signal, const Actions& actions)
{
    if (!taken_ || !takeable().has(signal)) return;
    // What ends the program is caught, too: it may be blocked, and a run that is ended has things to put away.
    if (actions.handled(signal) || (actions.of(signal).handler == Action::kDefault && !kLeftToHost.has(signal)))
        set_host_disposition(signal, HostDisposition::handled_by(on_signal));
    else
        set_host_disposition(signal, {.handler = actions.of(signal).handler});
}

bool HostSignals::has_caught() const
{
    return taken_ && in_hand != 0;
}

void HostSignals::hand_on(const std::function<void(const SignalInfo&)>& to)
{
    const std::lock_guard lock{handing_on_};
    for (const SignalInfo& info : caught()) {
        to(info);
        --in_hand;
    }
}

RaisedSignals::RaisedSignals()
{
    host_call(SYS_rt_sigprocmask, SIG_BLOCK, &kRaised, &before_, SignalSet::kSize);
}

RaisedSignals::~RaisedSignals()
{
    while (take() != 0) {
    }
    host_call(SYS_rt_sigprocmask, SIG_SETMASK, &before_, 0, SignalSet::kSize);
}

int RaisedSignals::take()
{
    const timespec at_once{};
    const Result signal = host_call(SYS_rt_sigtimedwait, &kRaised, 0, &at_once, SignalSet::kSize);
    return failed(signal) ? 0 : static_cast<int>(signal);
}

}  // namespace husk::program
