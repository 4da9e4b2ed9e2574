// What the debugger does with the program's threads.
#include "program/debug/control.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

namespace husk::program {

namespace {

using debug::gdb::kAllThreads;
using debug::gdb::kAnyThread;
using debug::gdb::requests::Resume;

/// The first that is about this thread.
const Resume::Action* action_for(const Resume& how, int tid)
{
    const auto found = std::ranges::find_if(how.actions, [tid](const Resume::Action& action) {
        return action.thread == kAllThreads || action.thread == kAnyThread || action.thread == tid;
    });
    return found == how.actions.end() ? nullptr : &*found;
}

/// More than anybody sets by hand, or a script for each function of a program.
constexpr std::size_t kMostBreakpoints = 10'000;
constexpr std::uint64_t kLongestWatch = 64_KiB;

void check(const Process& process, const Breakpoint& wanted)
{
    const bool data = wanted.on != Breakpoint::On::Execute;
    const char* const what = data ? "watchpoint" : "breakpoint";
    if (data && wanted.size > kLongestWatch)
        throw Error{what, ENOTSUP, fmt::format("{} bytes are too many to watch: {} at most", wanted.size, kLongestWatch)};
    if (!process.memory.within(wanted.at, data ? wanted.size : 1))
        throw Error{what, EFAULT, fmt::format("{:#x} is no address of the program's", wanted.at.value)};
    std::byte there{};
    if (data || wanted.hardware || process.memory.read(wanted.at, std::span{&there, 1})) return;
    throw Error{what, EFAULT, fmt::format("nothing is at {:#x}", wanted.at.value)};
}

}  // namespace

void Control::set_breakpoints(const std::vector<Breakpoint>& wanted)
{
    if (wanted.size() > kMostBreakpoints) throw Error{"breakpoint", ENOSPC, "there are 10,000 already"};
    for (const Breakpoint& each : wanted) check(process_, each);
    const std::lock_guard lock{mutex_};
    software_.clear();
    hardware_.clear();
    watchpoints_.clear();
    for (const Breakpoint& each : wanted)
        (each.on != Breakpoint::On::Execute ? watchpoints_ : each.hardware ? hardware_ : software_).push_back(each);
    std::vector<Breakpoint> all = watchpoints_;
    all.insert(all.end(), hardware_.begin(), hardware_.end());
    in_registers_ = in_registers(all, abilities_);
}

/// True if no thread goes on, and one could. With mutex_ held.
bool Control::settled() const
{
    const std::lock_guard lock{process_.threads_mutex};
    bool any = false;
    for (const auto& thread : process_.threads) {
        const auto found = held_.find(thread.get());
        if (found == held_.end() || found->second.state == HeldThread::State::Running) return false;
        any |= found->second.state == HeldThread::State::Held;
    }
    return any;
}

void Control::wait_until_held()
{
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return over_ || settled(); });
    held_since_ = std::chrono::steady_clock::now();
    if (const auto all = std::ranges::find(held_, HeldThread::State::Held, [](const auto& each) { return each.second.state; });
        all != held_.end())
        last_.thread = all->second.thread->tid;
}

Control::Report Control::resume(const Resume& how)
{
    std::unique_lock lock{mutex_};
    if (over_) return last_ = report_of_end();
    if (interrupt_wanted_) return report_of_stop();
    planted_.put(software_);
    told_.reset();
    told_signal_.reset();
    stopping_ = false;
    asked_to_end_ = 0;
    if (release_threads(how)) {
        if (held_since_) held_before_ += std::chrono::steady_clock::now() - *std::exchange(held_since_, std::nullopt);
        changed_.wait(lock, [this] { return over_ || settled(); });
        held_since_ = std::chrono::steady_clock::now();
    }
    stopping_ = true;
    if (over_) return last_ = report_of_end();
    planted_.take_away();
    forget_ended();
    return report_of_stop();
}

/// With mutex_ held. A thread that has ended is among the program's for a moment longer, and settled() is to know that it has.
void Control::forget_ended()
{
    const std::lock_guard lock{process_.threads_mutex};
    std::erase_if(held_, [this](const auto& each) {
        const bool there = std::ranges::any_of(process_.threads, [&](const auto& thread) { return thread.get() == each.first; });
        return each.second.state == HeldThread::State::Ended && !there;
    });
}

/// False if there is none that `how` is about.
bool Control::release_threads(const Resume& how)
{
    bool any = false;
    for (auto& [key, held] : held_) {
        if (held.state != HeldThread::State::Held) continue;
        const Resume::Action* const action = action_for(how, held.thread->tid);
        if (action == nullptr) continue;
        held.release(*action);
        held.thread->interrupt();
        any = true;
    }
    return any;
}

void Control::interrupt() noexcept
{
    const std::lock_guard lock{mutex_};
    interrupt_wanted_ = true;
    stopping_ = true;
    interrupt_running(nullptr);
}

void Control::forget_interrupts()
{
    const std::lock_guard lock{mutex_};
    interrupt_wanted_ = false;
}

void Control::let_go()
{
    const std::lock_guard lock{mutex_};
    let_go_ = true;
    if (held_since_) held_before_ += std::chrono::steady_clock::now() - *std::exchange(held_since_, std::nullopt);
    for (auto& [key, held] : held_)
        if (held.state == HeldThread::State::Held) held.thread->interrupt();
}

bool Control::keeps_held(int signal)
{
    const std::lock_guard lock{mutex_};
    if (!stopping()) return false;
    asked_to_end_ = signal;
    return true;
}

void Control::abandoned()
{
    const int signal = [this] {
        const std::lock_guard lock{mutex_};
        return stopping() ? asked_to_end_ : 0;
    }();
    if (signal != 0) process_.end(stops::Signalled{signal});
}

void Control::finish(const ProgramStop& stop)
{
    const std::lock_guard lock{mutex_};
    over_ = stop;
    changed_.notify_all();
}

std::vector<int> Control::threads() const
{
    const std::lock_guard lock{mutex_};
    std::vector<int> all;
    for (const auto& [key, held] : held_)
        if (held.state == HeldThread::State::Held) all.push_back(held.thread->tid);
    std::ranges::sort(all, {}, [this](int tid) { return std::pair{tid != last_.thread, tid}; });
    return all;
}

bool Control::with(int tid, const std::function<void(Thread&, HeldThread&)>& look)
{
    const std::lock_guard lock{mutex_};
    const auto found = std::ranges::find_if(
        held_, [tid](const auto& each) { return each.second.state == HeldThread::State::Held && each.second.thread->tid == tid; });
    if (found == held_.end()) return false;
    look(*found->second.thread, found->second);
    return true;
}

std::chrono::nanoseconds Control::time_held() const
{
    const std::lock_guard lock{mutex_};
    const auto now = std::chrono::steady_clock::now();
    return held_before_ + (held_since_ ? now - *held_since_ : std::chrono::nanoseconds{0});
}

}  // namespace husk::program
