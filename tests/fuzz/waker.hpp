#pragma once

#include "program/process/process.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace husk::fuzz {

/// Ends a program whose call waits, as --timeout does: nobody else would.
class Waker {
public:
    Waker() : watcher_{[this](const std::stop_token& stop) { watch(stop); }} {}

    /// While it lives, `process` is ended when next() has not been called for a while.
    class Watching {
    public:
        Watching(Waker& waker, program::Process& process) : waker_{waker} { waker_.set(&process); }
        ~Watching() { waker_.set(nullptr); }
        Watching(const Watching&) = delete;
        Watching& operator=(const Watching&) = delete;
        void next() const { ++waker_.calls_; }

    private:
        Waker& waker_;
    };

private:
    static constexpr std::chrono::milliseconds kPatience{4};

    void set(program::Process* process)
    {
        const std::lock_guard lock{mutex_};
        process_ = process;
        ++calls_;
    }
    void watch(const std::stop_token& stop)
    {
        unsigned seen = 0;
        while (!stop.stop_requested()) {
            std::this_thread::sleep_for(kPatience);
            const std::lock_guard lock{mutex_};
            // Again and again: a call may have begun to wait after it was looked at.
            if (process_ != nullptr && calls_ == seen) process_->end(stops::Cancelled{});
            seen = calls_;
        }
    }

    std::mutex mutex_;
    program::Process* process_ = nullptr;
    std::atomic<unsigned> calls_ = 0;
    std::jthread watcher_;
};

}  // namespace husk::fuzz
