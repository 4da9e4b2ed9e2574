#include "program/signals/pending.hpp"

#include <algorithm>

namespace husk::program {

PendingSignals::~PendingSignals()
{
    room_->used -= queue_.size();
}

bool PendingSignals::add(const SignalInfo& info)
{
    const int signal = info.si_signo;
    const bool standard = signal < kFirstRealTime;
    if (standard && set_.has(signal)) return true;
    // The kernel and kill() get their standard signals through whatever the queues hold.
    if (room_->used < room_->most || (standard && info.si_code >= 0)) {
        queue_.push_back(info);
        ++room_->used;
    } else if (!standard && info.si_code != SI_USER) {
        return false;
    }
    set_.add(signal);
    return true;
}

std::optional<SignalInfo> PendingSignals::take(SignalSet blocked)
{
    const SignalSet ready = set_.without(blocked);
    if (ready.empty()) return std::nullopt;
    const SignalSet synchronous = ready & kSynchronous;
    return take_one(synchronous.empty() ? ready.first() : synchronous.first());
}

SignalInfo PendingSignals::take_one(int signal)
{
    const auto is_it = [signal](const SignalInfo& info) { return info.si_signo == signal; };
    SignalInfo info = sent_by(signal, SI_USER, 0, 0);
    auto found = std::ranges::find_if(queue_, is_it);
    if (found != queue_.end()) {
        info = *found;
        found = queue_.erase(found);
        --room_->used;
    }
    if (std::none_of(found, queue_.end(), is_it)) set_.remove(signal);
    return info;
}

void PendingSignals::forget(SignalSet these)
{
    room_->used -= std::erase_if(queue_, [these](const SignalInfo& info) { return these.has(info.si_signo); });
    set_ = set_.without(these);
}

void PendingSignals::restore(SignalSet set, const std::vector<SignalInfo>& queue)
{
    room_->used -= queue_.size();
    queue_.assign(queue.begin(), queue.end());
    room_->used += queue_.size();
    set_ = set;
    for (const SignalInfo& info : queue) set_.add(info.si_signo);
}

SignalInfo* PendingSignals::of_timer(int timer)
{
    const auto found = find_timer(timer);
    return found == queue_.end() ? nullptr : &*found;
}

void PendingSignals::forget_timer(int timer)
{
    const auto found = find_timer(timer);
    if (found == queue_.end()) return;
    const int signal = found->si_signo;
    queue_.erase(found);
    --room_->used;
    if (std::ranges::none_of(queue_, [signal](const SignalInfo& info) { return info.si_signo == signal; })) set_.remove(signal);
}

std::deque<SignalInfo>::iterator PendingSignals::find_timer(int timer)
{
    return std::ranges::find_if(queue_,
                                [timer](const SignalInfo& info) { return info.si_code == SI_TIMER && info.si_timerid == timer; });
}

SignalInfo sent_by(int signal, int code, int pid, unsigned uid)
{
    SignalInfo info{};
    info.si_signo = signal;
    info.si_code = code;
    info.si_pid = pid;
    info.si_uid = uid;
    return info;
}

}  // namespace husk::program
