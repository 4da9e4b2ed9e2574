#pragma once

#include "program/process/thread.hpp"

#include <mutex>
#include <optional>
#include <vector>

namespace husk::program {

/// The machine's processors that no thread has. A host's vCPU cannot be given back before the machine ends, so they are used again.
/// Thread-safe.
class Seats {
public:
    /// One that is free, or nothing.
    std::optional<ProcessorSeat> take();
    void give_back(ProcessorSeat seat);
    /// The number of the next processor that is made, or nothing if there is room for no more.
    std::optional<unsigned> next();

private:
    std::mutex mutex_;
    std::vector<ProcessorSeat> free_;
    unsigned made_ = 0;
};

}  // namespace husk::program
