// What the debugger is told of the program's stops, and of its end.
#include "program/debug/control.hpp"

#include "base/match.hpp"
#include "program/debug/signal_numbers.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

namespace husk::program {

Control::Report Control::report_of_stop()
{
    if (told_) return last_ = *std::exchange(told_, std::nullopt);
    // It was interrupted, or those that went on have ended.
    const auto thread = std::ranges::find(held_, HeldThread::State::Held, [](const auto& each) { return each.second.state; });
    Report report{.number = 0, .reason = {}, .words = {}};
    if (thread != held_.end()) report.thread = thread->second.thread->tid;
    report.cancelled = std::exchange(interrupt_wanted_, false);
    if (report.cancelled) report.number = static_cast<int>(debug::gdb::Signal::Int);
    return last_ = report;
}

Control::Report Control::report_of_end() const
{
    using Kind = Report::Kind;
    const auto by_signal = [](int signal) {
        return Report{.kind = Kind::Terminated, .number = gdb_signal(signal), .reason = {}, .words = {}};
    };
    const auto told = [&](int signal) {
        Report report = by_signal(signal);
        report.words = "husk: " + husk::describe(*over_);
        return report;
    };
    return std::visit(match{
                          [](const stops::Exited& exited) {
                              return Report{
                                  .kind = Kind::Exited, .number = static_cast<int>(exited.code), .reason = {}, .words = {}};
                          },
                          [&](const stops::Signalled& signalled) { return by_signal(signalled.signal); },
                          [&](const stops::Cancelled&) { return by_signal(SIGKILL); },
                          [&](const stops::CannotExecute&) { return told(SIGILL); },
                          [&](const stops::OutOfCpuTime&) { return told(SIGXCPU); },
                          [&](const auto&) { return told(SIGKILL); },
                      },
                      *over_);
}

std::optional<ProgramStop> Control::over() const
{
    const std::lock_guard lock{mutex_};
    return over_;
}

Control::Report Control::last() const
{
    const std::lock_guard lock{mutex_};
    return last_;
}

std::optional<SignalInfo> Control::last_signal() const
{
    const std::lock_guard lock{mutex_};
    return told_signal_;
}

}  // namespace husk::program
