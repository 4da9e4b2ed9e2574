#pragma once

#include "engine/vcpu.hpp"
#include "program/process/process.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace husk::program {

/// Ends a program with stops::OutOfTime at a deadline, also where it waits in a system call: a thread of the host, which is there
/// once the first deadline was set.
class DeadlineWatch {
public:
    explicit DeadlineWatch(Process& process) : process_{process} {}
    ~DeadlineWatch();
    DeadlineWatch(const DeadlineWatch&) = delete;
    DeadlineWatch& operator=(const DeadlineWatch&) = delete;

    /// Costs next to nothing if it is what was set already. Throws std::system_error if there can be no thread.
    void set(engine::Deadline deadline);
    /// Once it is back, nothing will be ended.
    void clear();

private:
    void run();

    Process& process_;
    engine::Deadline last_ = engine::kNever;  ///< of whoever sets it
    std::mutex mutex_;
    std::condition_variable wake_;
    engine::Deadline deadline_ = engine::kNever;
    bool over_ = false;
    std::thread thread_;
};

}  // namespace husk::program
