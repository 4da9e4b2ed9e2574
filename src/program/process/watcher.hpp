#pragma once

#include "program/process/call.hpp"

#include <csignal>

namespace husk::program {

class Thread;

/// Sees every call and signal of a program. Its threads may all call at once.
class Watcher {
public:
    Watcher() = default;
    virtual ~Watcher() = default;
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    virtual void before(Thread& thread, const Call& call) = 0;
    virtual void after(Thread& thread, const Call& call, Result result) = 0;
    virtual void signal(Thread& thread, const siginfo_t& info) = 0;
    /// A thread that the program made has ended, by itself or with the program.
    virtual void ended(Thread& thread) = 0;
};

}  // namespace husk::program
