#pragma once

#include "program/files/files.hpp"
#include "program/process/debugger.hpp"
#include "program/process/loader.hpp"
#include "program/process/seats.hpp"
#include "program/process/standard.hpp"
#include "program/process/standing.hpp"
#include "program/process/thread.hpp"
#include "program/process/watcher.hpp"
#include "program/process/windows.hpp"
#include "program/space/space.hpp"

#include <husk/program.hpp>

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

namespace husk::program {

/// A program that runs: what its threads share. Parts are used by all of them at once and guard themselves.
struct Process {
    /// `with_files`: otherwise find_files() is yet to be called.
    Process(const ProgramConfig& the_config, std::uint64_t memory_limit, int line = 1024, int the_pid = ::getpid(),
            bool with_files = true)
        : config{the_config},
          pid{the_pid},
          descriptor_line{line},
          space{memory_limit, the_config.address_space.value_or(layout::kSpace)},
          memory{space.memory()},
          files{the_config, space, line, the_pid}
    {
        if (with_files) find_files();
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    const ProgramConfig& config;
    const int pid;  ///< the guest's id of it: the host's, unless it was thawed
    /// The guest's descriptors are the numbers below; Husk's own lie from here on.
    const int descriptor_line;
    Space space;
    UserMemory memory;

    /// Held shared by calls that make, copy, map or close a descriptor by number, and alone while one of Husk's own is made, which
    /// the host gives a low number before it is moved above the line.
    std::shared_mutex descriptors;
    /// Kept only if the program may be frozen.
    StandardDescriptors standard;

    Standing standing{config, descriptor_line};
    ProcessSignals signals;
    /// What the program sees of files by name.
    Files files;

    /// On a thread that shares the program's descriptors, before they are used. Throws what Files::open() throws.
    void find_files()
    {
        standing.output.look();
        files.open();
    }

    /// The first end counts; every thread is interrupted and leaves.
    void end(ProgramStop why);
    /// The host refused something; ends the program, and Program::run() throws it.
    void fail(std::exception_ptr why);
    std::exception_ptr failure() const;
    bool ending() const { return ending_.load(); }
    std::optional<ProgramStop> ended() const;

    /// Whether, and where, it is to be frozen.
    Freezing freezing;
    /// Every thread is interrupted, and leaves the guest between two instructions.
    void freeze();
    /// No thread goes on in the guest any more.
    bool leaving() const { return ending() || freezing.begun(); }

    /// Every thread is to leave the guest, and what it waits in: to end, to be frozen, or to be held by a debugger.
    bool wants_threads_out() const { return leaving() || (debugger != nullptr && debugger->stopping()); }

    /// The threads that live. `threads_mutex` is held while one comes, goes or is interrupted from outside.
    std::mutex threads_mutex;
    std::vector<std::shared_ptr<Thread>> threads;

    /// What the first thread has named itself, if it has. Guarded by threads_mutex.
    std::string name;

    /// Those that the end of the program has found, if ProgramConfig::keep_snapshot. Guarded by threads_mutex.
    std::vector<ThreadSnapshot> ended_threads;

    /// Processor time of threads that are not in `threads` any more. Guarded by threads_mutex.
    std::chrono::nanoseconds cpu_time_of_ended{0};

    /// The thread with this id of the guest's, or nothing.
    std::shared_ptr<Thread> find(int tid);
    /// An id that no thread has: that of the host thread, unless one that was thawed has it. With threads_mutex held.
    int free_id(int host_thread) const;

    /// The guest's name of a file that it has open, as far as it is known; for /proc/self/maps.
    std::string name_of(int fd) const;

    std::unique_ptr<engine::Vm> vm;
    std::optional<Windows> windows;
    Loaded loaded;
    Seats seats;
    /// What a new thread of the host runs for a thread of the guest.
    void (*run_thread)(Thread&) = nullptr;
    /// The host's threads that run guest threads, but for the first's. Guarded by threads_mutex.
    struct HostThread {
        std::thread thread;
        std::shared_ptr<std::atomic<bool>> done;  ///< it has nothing left to do but to end
    };
    std::vector<HostThread> host_threads;

    /// Serves calls of a thread that is visited, and that need what belongs to a process of the host's, where the program has that.
    std::function<Result(Thread&, const std::function<Result()>&)> elsewhere;
    /// A call was made since the program was thawed that may have changed more than its memory.
    std::atomic<bool> has_traces{false};
    bool system_calls_stay_in_ring3 = false;

    /// Who is told of each call, if anybody is.
    std::unique_ptr<Watcher> watcher;

    /// Who holds its threads, if anybody does. Set before it runs.
    Debugger* debugger = nullptr;

    /// A line for whoever watches: what the program wanted and does not get. Once each.
    void note(const std::string& line);

private:
    mutable std::mutex end_mutex_;
    std::set<std::string> noted_;
    std::optional<ProgramStop> ended_;
    std::exception_ptr failure_;
    std::atomic<bool> ending_{false};
};

}  // namespace husk::program
