#include "program/trace/trace.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "program/abi/signals.hpp"
#include "program/trace/format.hpp"
#include "program/trace/signal_info.hpp"

namespace husk::program {
namespace {

std::string signal_text(int signal)
{
    const std::string name = name_of_signal(signal);
    return name.empty() ? fmt::format("signal {}", signal) : name;
}

}  // namespace

Trace::Trace(Sink sink) : Trace{std::move(sink), Options{}} {}

Trace::Trace(Sink sink, const Options& options) : sink_{std::move(sink)}, options_{options}
{
    if (!sink_) throw std::invalid_argument{"Trace: no sink"};
}

void Trace::enter(int thread, std::uint64_t number, const Values& values, const Reader& read)
{
    // Outside the lock: it may copy much of the guest's memory.
    Pending pending{CallText{number, values, read, options_.limits}};
    const std::lock_guard lock{mutex_};
    threads_.insert(thread);
    if (pending.call.never_returns()) {
        tell(thread, pending.call.start() + pending.call.rest(0, read));
        return;
    }
    pending_.insert_or_assign(thread, std::move(pending));
}

void Trace::waits(int thread)
{
    const std::lock_guard lock{mutex_};
    const auto found = pending_.find(thread);
    if (found != pending_.end()) tell_unfinished(thread, found->second);
}

void Trace::leave(int thread, std::int64_t result, std::chrono::nanoseconds duration, const Reader& read)
{
    auto node = [&] {
        const std::lock_guard lock{mutex_};
        return pending_.extract(thread);
    }();
    if (node.empty()) return;
    const Pending& pending = node.mapped();
    std::string line = pending.told ? fmt::format("<... {} resumed>", pending.call.name()) : pending.call.start();
    line += pending.call.rest(result, read);
    if (options_.times) line += format_duration(duration);
    const std::lock_guard lock{mutex_};
    tell(thread, line);
}

void Trace::signal(int thread, const siginfo_t& info)
{
    const std::lock_guard lock{mutex_};
    tell(thread, fmt::format("--- {} {} ---", signal_text(info.si_signo), format_signal_info(info)));
}

void Trace::exited(int thread, int status)
{
    end(thread, fmt::format("+++ exited with {} +++", status));
}

void Trace::killed(int thread, int signal)
{
    end(thread, fmt::format("+++ killed by {} +++", signal_text(signal)));
}

void Trace::end(int thread, std::string_view line)
{
    const std::lock_guard lock{mutex_};
    if (const auto found = pending_.find(thread); found != pending_.end()) {
        tell_unfinished(thread, found->second);
        pending_.erase(found);
    }
    tell(thread, line);
    threads_.erase(thread);
}

void Trace::finish()
{
    const std::lock_guard lock{mutex_};
    for (auto& [thread, pending] : pending_) tell_unfinished(thread, pending);
    pending_.clear();
}

void Trace::tell_unfinished(int thread, Pending& pending)
{
    if (pending.told) return;
    pending.told = true;
    tell(thread, pending.call.start() + " <unfinished ...>");
}

void Trace::tell(int thread, std::string_view line)
{
    // The lock is held.
    if (threads_.size() > 1)
        sink_(fmt::format("[pid {:5}] {}", thread, line));
    else
        sink_(line);
}

}  // namespace husk::program
