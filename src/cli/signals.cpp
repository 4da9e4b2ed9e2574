#include "cli/signals.hpp"

#include <husk/error.hpp>

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>

namespace husk::cli {

namespace {

std::atomic<Machine*> running{nullptr};
std::atomic<int> caught_signal{0};
std::atomic<int> to_tell{-1};  ///< an eventfd

void cancel(int signal)
{
    caught_signal = signal;
    if (Machine* machine = running) machine->cancel();
    const int before = errno;
    const std::uint64_t one = 1;
    if (const int fd = to_tell; fd >= 0) (void)!::write(fd, &one, sizeof one);
    errno = before;
}

void handle(int signal)
{
    struct sigaction action {};
    action.sa_handler = cancel;
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
    ::sigaction(signal, &action, nullptr);
}

}  // namespace

CancelOnSignal::CancelOnSignal(Machine& machine)
{
    running = &machine;
    handle(SIGINT);
    handle(SIGTERM);
}

CancelOnSignal::~CancelOnSignal()
{
    (void)std::signal(SIGINT, SIG_DFL);
    (void)std::signal(SIGTERM, SIG_DFL);
    running = nullptr;
    to_tell = -1;
}

int CancelOnSignal::descriptor()
{
    if (!event_) event_ = UniqueFd{::eventfd(caught_signal != 0 ? 1 : 0, EFD_CLOEXEC | EFD_NONBLOCK)};
    if (!event_) throw Error{"eventfd", errno};
    to_tell = event_.get();
    return event_.get();
}

int CancelOnSignal::caught()
{
    return caught_signal;
}

}  // namespace husk::cli
