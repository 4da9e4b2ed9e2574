#pragma once

#include "program/process/process.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace husk::program {

/// Ends the program when its wall-clock or processor time is used up, and freezes it when it is time for that: a thread of the host
/// that sleeps until then. There is none where nothing of it is wanted.
class Watch {
public:
    explicit Watch(Process& process);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

private:
    void run();

    Process& process_;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    std::mutex mutex_;
    std::condition_variable wake_;
    bool over_ = false;
    std::thread thread_;
};

/// The processor time of the program's threads, those that have ended included.
std::chrono::nanoseconds cpu_time(Process& process);

}  // namespace husk::program
