#pragma once

#include <csignal>
#include <thread>
#include <utility>

namespace husk {

/// A thread that holds every signal back: those of the process are its other threads' to take. Throws std::system_error.
template <typename Work>
std::thread quiet_thread(Work&& work)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, &before);
    struct Restore {
        const sigset_t& mask;
        ~Restore() { ::pthread_sigmask(SIG_SETMASK, &mask, nullptr); }
    } const restore{before};
    return std::thread{std::forward<Work>(work)};
}

}  // namespace husk
