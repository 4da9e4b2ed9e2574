#pragma once

#include "program/files/files.hpp"
#include "program/process/thread.hpp"
#include "program/space/space.hpp"

#include <husk/program.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <vector>

namespace husk::program {

/// A program that runs: what its threads share. Parts are used by all of them at once and guard themselves.
struct Process {
    Process(const ProgramConfig& the_config, std::uint64_t memory_limit)
        : config{the_config}, space{memory_limit}, memory{space.memory()}, files{the_config, space, descriptor_line}
    {}
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    const ProgramConfig& config;
    int pid = 0;
    Space space;
    UserMemory memory;

    /// The guest's descriptors are the numbers below; Husk's own lie from here on.
    int descriptor_line = 1024;
    /// Held shared by calls that make, copy, map or close a descriptor by number, and alone while one of Husk's own is made, which
    /// the host gives a low number before it is moved above the line.
    std::shared_mutex descriptors;

    /// What the program sees of files by name.
    Files files;

    /// The first end counts; every thread is interrupted and leaves.
    void end(ProgramStop why);
    bool ending() const { return ending_.load(); }
    std::optional<ProgramStop> ended() const;

    /// The threads that live. `threads_mutex` is held while one comes, goes or is interrupted from outside.
    std::mutex threads_mutex;
    std::vector<std::shared_ptr<Thread>> threads;

    /// The thread with this id, or nothing.
    std::shared_ptr<Thread> find(int tid);

private:
    mutable std::mutex end_mutex_;
    std::optional<ProgramStop> ended_;
    std::atomic<bool> ending_{false};
};

}  // namespace husk::program
