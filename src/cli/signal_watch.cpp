#include "cli/signal_watch.hpp"

#include <husk/error.hpp>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <utility>

namespace husk::cli {

SignalWatch::SignalWatch(const std::vector<int>& signals, std::function<void(int signal)> tell) : tell_{std::move(tell)}
{
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : signals) sigaddset(&set, signal);
    signals_ = UniqueFd{::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)};
    if (!signals_) throw Error{"signalfd", errno};
    over_ = UniqueFd{::eventfd(0, EFD_CLOEXEC)};
    if (!over_) throw Error{"eventfd", errno};
    ::pthread_sigmask(SIG_BLOCK, &set, &before_);
    watcher_ = std::thread{[this] { watch(); }};
}

SignalWatch::~SignalWatch()
{
    (void)::eventfd_write(over_.get(), 1);
    watcher_.join();
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void SignalWatch::watch() const
{
    std::array<pollfd, 2> ready{
        {{.fd = over_.get(), .events = POLLIN, .revents = 0}, {.fd = signals_.get(), .events = POLLIN, .revents = 0}}};
    for (;;) {
        if (::poll(ready.data(), ready.size(), -1) < 0 && errno != EINTR) return;
        signalfd_siginfo info{};
        while (::read(signals_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info))
            tell_(static_cast<int>(info.ssi_signo));
        if (ready[0].revents != 0) return;
        ready[0].revents = 0;
    }
}

}  // namespace husk::cli
