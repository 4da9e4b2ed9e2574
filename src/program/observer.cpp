#include "program/observer.hpp"

#include "program/process/process.hpp"

#include <chrono>

namespace husk::program {

namespace {

using Clock = std::chrono::steady_clock;

/// When the call began that the calling host thread serves.
thread_local Clock::time_point began;

Reader reader_of(Thread& thread)
{
    return [memory = thread.process.memory](std::uint64_t at, std::span<std::byte> into) { return memory.read({at}, into); };
}

}  // namespace

Observer::Observer(const ProgramConfig& config)
{
    if (config.trace) trace_.emplace(config.trace);
}

void Observer::before(Thread& thread, const Call& call)
{
    if (trace_) trace_->enter(thread.tid, call.number, call.arguments, reader_of(thread));
    began = Clock::now();
}

void Observer::after(Thread& thread, const Call& call, Result result)
{
    const auto took = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - began);
    statistics_.count(call.number, result, took);
    if (trace_) trace_->leave(thread.tid, result, took, reader_of(thread));
}

void Observer::signal(Thread& thread, const siginfo_t& info)
{
    if (trace_) trace_->signal(thread.tid, info);
}

void Observer::ended(Thread& thread)
{
    if (trace_) tell_end(thread.tid, thread.process.ended().value_or(stops::Exited{thread.exit_status}));
}

void Observer::finish(int tid, const ProgramStop& stop)
{
    if (!trace_) return;
    trace_->finish();
    tell_end(tid, stop);
}

void Observer::tell_end(int tid, const ProgramStop& stop)
{
    if (const auto* const exited = std::get_if<stops::Exited>(&stop)) trace_->exited(tid, static_cast<int>(exited->code));
    if (const auto* const signalled = std::get_if<stops::Signalled>(&stop)) trace_->killed(tid, signalled->signal);
}

}  // namespace husk::program
