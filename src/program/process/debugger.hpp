#pragma once

#include "program/entry/processor.hpp"
#include "program/signals/pending.hpp"

#include <husk/program.hpp>

#include <chrono>
#include <optional>

namespace husk::program {

class Thread;

/// Who holds a program's threads, lets them go instruction by instruction, and is asked before a signal is delivered. Threads call
/// it on their own host threads, all of them at once; begin() and finish() come from the one that runs the program.
class Debugger {
public:
    Debugger() = default;
    virtual ~Debugger() = default;
    Debugger(const Debugger&) = delete;
    Debugger& operator=(const Debugger&) = delete;

    /// The process is confined, and no thread has run.
    virtual void begin() = 0;
    /// No thread runs any more.
    virtual void finish(const ProgramStop& stop) = 0;

    /// False once it has let go of the program.
    virtual bool attached() const noexcept = 0;
    /// Every thread is to leave the guest, and what it waits in, and to come to before().
    virtual bool stopping() const noexcept = 0;
    /// A signal that asks it to end has come from outside. True: it is to end at once, for it is held and there is no debugger that
    /// could let it go on. From any thread.
    virtual bool ends_it(int signal) = 0;
    /// A thread is about to go on in the guest with Thread::user: it is held here for as long as it is not to, and may then go on
    /// with other registers.
    virtual void before(Thread& thread) = 0;
    /// It has left the guest. True if that was for the debugger alone.
    virtual bool after(Thread& thread, const entry::Event& event) = 0;
    /// What it left for has been done, and signals have been delivered.
    virtual void served(Thread& thread) = 0;
    /// A signal was taken to be delivered to a thread: what is delivered in its place; nothing: none is.
    virtual std::optional<SignalInfo> signal(Thread& thread, const SignalInfo& info) = 0;
    /// The thread will not run any more.
    virtual void ended(Thread& thread) = 0;

    /// For how long the program has been held, all in all.
    virtual std::chrono::nanoseconds time_held() const = 0;
};

}  // namespace husk::program
