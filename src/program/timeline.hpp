#pragma once

#include "program/process/call.hpp"
#include "program/process/thread.hpp"
#include "program/trace/modules.hpp"

#include <husk/program.hpp>

#include <chrono>
#include <csignal>
#include <memory>
#include <mutex>

namespace husk::trace {
class Writer;
}

namespace husk::program {

class ThreadTimeline;

/// Tells a trace file what a program's threads leave the guest for, their system calls, and their signals. Its threads may all use it
/// at once.
class Timeline {
public:
    /// `engine`: what will execute the program when it runs.
    Timeline(std::shared_ptr<TraceFile> file, const Engine& engine);
    ~Timeline();

    void enters(Thread& thread);
    void left(Thread& thread, const entry::Event& event);
    void stops(Thread& thread);
    void before(Thread& thread, const Call& call);
    /// It was begun then, and took so long.
    void after(Thread& thread, const Call& call, Result result, std::chrono::steady_clock::time_point begun,
               std::chrono::nanoseconds took);
    void signal(Thread& thread, const siginfo_t& info);
    /// The thread, or with it the program, has ended, or the latter is to be frozen: in words.
    void ended(Thread& thread, const std::string& how);

    Modules& modules() { return modules_; }

private:
    ThreadTimeline& of(Thread& thread);
    int number_of(Process& process);
    void note_memory(const Thread& thread, const Call& call, Result result);

    const std::shared_ptr<TraceFile> file_;
    const Engine& engine_;
    Modules modules_;
    std::once_flag named_;
    int number_ = 0;  ///< of the process, in the file
};

}  // namespace husk::program
