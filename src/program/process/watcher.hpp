#pragma once

#include "program/entry/processor.hpp"
#include "program/process/call.hpp"

#include <csignal>

namespace husk::program {

class Thread;

/// Sees every call and signal of a program, and everything that it leaves the guest for. Its threads may all call at once.
class Watcher {
public:
    Watcher() = default;
    virtual ~Watcher() = default;
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    /// The thread goes on with the guest; it has left it, and has not been served yet; it does not go on, for now or for good.
    virtual void enters(Thread& thread) = 0;
    virtual void left(Thread& thread, const entry::Event& event) = 0;
    virtual void stops(Thread& thread) = 0;

    virtual void before(Thread& thread, const Call& call) = 0;
    virtual void after(Thread& thread, const Call& call, Result result) = 0;
    virtual void signal(Thread& thread, const siginfo_t& info) = 0;
    /// A thread that the program made has ended, by itself or with the program.
    virtual void ended(Thread& thread) = 0;
};

}  // namespace husk::program
