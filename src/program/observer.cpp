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

Observer::Observer(const ProgramConfig& config, const Engine& engine)
{
    if (config.trace) trace_.emplace(config.trace);
    if (config.trace_file) timeline_.emplace(config.trace_file, engine);
}

void Observer::enters(Thread& thread)
{
    if (timeline_) timeline_->enters(thread);
}

void Observer::left(Thread& thread, const entry::Event& event)
{
    if (timeline_) timeline_->left(thread, event);
}

void Observer::stops(Thread& thread)
{
    if (timeline_) timeline_->stops(thread);
}

void Observer::before(Thread& thread, const Call& call)
{
    if (trace_) trace_->enter(thread.tid, call.number, call.arguments, reader_of(thread));
    if (timeline_) timeline_->before(thread, call);
    began = Clock::now();
}

void Observer::after(Thread& thread, const Call& call, Result result)
{
    const auto took = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - began);
    statistics_.count(call.number, result, took);
    if (trace_) trace_->leave(thread.tid, result, took, reader_of(thread));
    if (timeline_) timeline_->after(thread, call, result, began, took);
}

void Observer::signal(Thread& thread, const siginfo_t& info)
{
    if (trace_) trace_->signal(thread.tid, info);
    if (timeline_) timeline_->signal(thread, info);
}

void Observer::ended(Thread& thread)
{
    const ProgramStop stop = thread.process.ended().value_or(stops::Exited{thread.exit_status});
    if (trace_) tell_end(thread.tid, stop);
    if (timeline_) timeline_->ended(thread, husk::describe(stop));
}

void Observer::finish(Thread& first, const ProgramStop& stop)
{
    if (timeline_) timeline_->ended(first, husk::describe(stop));
    if (!trace_) return;
    trace_->finish();
    tell_end(first.tid, stop);
}

void Observer::tell_end(int tid, const ProgramStop& stop)
{
    if (const auto* const exited = std::get_if<stops::Exited>(&stop)) trace_->exited(tid, static_cast<int>(exited->code));
    if (const auto* const signalled = std::get_if<stops::Signalled>(&stop)) trace_->killed(tid, signalled->signal);
}

}  // namespace husk::program
