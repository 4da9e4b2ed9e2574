#pragma once

#include "base/unique_fd.hpp"

#include <csignal>

#include <functional>
#include <thread>
#include <vector>

namespace husk::cli {

/// While it lives, signals to this process are told to a function, on a thread of its own, instead of taking effect. Threads that
/// are started meanwhile leave them to it.
class SignalWatch {
public:
    /// Throws Error.
    SignalWatch(const std::vector<int>& signals, std::function<void(int signal)> tell);
    ~SignalWatch();
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;

private:
    void watch() const;

    std::function<void(int signal)> tell_;
    sigset_t before_{};
    UniqueFd signals_;
    UniqueFd over_;  ///< readable when there is nothing to watch any more
    std::thread watcher_;
};

}  // namespace husk::cli
