#include "cli/signals.hpp"

#include <husk/error.hpp>

#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <stdexcept>
#include <thread>

namespace husk::cli {

namespace {

std::array<std::atomic<Machine*>, CancelOnSignal::kMost> running{};
std::atomic<int> handling{0};  ///< handlers that may be looking at a machine of `running`
std::atomic<int> caught_signal{0};
std::atomic<int> to_tell{-1};  ///< an eventfd

void cancel(int signal)
{
    caught_signal = signal;
    ++handling;
    for (auto& slot : running)
        if (Machine* machine = slot) machine->cancel();
    const int before = errno;
    const std::uint64_t one = 1;
    if (const int fd = to_tell; fd >= 0) (void)!::write(fd, &one, sizeof one);
    errno = before;
    --handling;
}

void handle(int signal, int flags)
{
    struct sigaction action {};
    action.sa_handler = cancel;
    action.sa_flags = SA_RESTART | flags;
    ::sigaction(signal, &action, nullptr);
}

}  // namespace

CatchSignals::CatchSignals(int also) : also_{also}
{
    caught_signal = 0;
    for (const int signal : {SIGINT, SIGTERM}) handle(signal, static_cast<int>(SA_RESETHAND));
    if (also_ != 0) handle(also_, 0);
}

CatchSignals::~CatchSignals()
{
    for (const int signal : {SIGINT, SIGTERM, also_})
        if (signal != 0) (void)std::signal(signal, SIG_DFL);
    to_tell = -1;
}

int CatchSignals::descriptor()
{
    if (!event_) event_ = UniqueFd{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    if (!event_) throw Error{"eventfd", errno};
    to_tell = event_.get();
    // One that came before there was anything to tell.
    const std::uint64_t one = 1;
    if (caught_signal != 0) (void)!::write(event_.get(), &one, sizeof one);
    return event_.get();
}

int CatchSignals::caught()
{
    return caught_signal;
}

CancelOnSignal::CancelOnSignal(Machine& machine)
{
    Machine* nobody = nullptr;
    while (!running.at(slot_).compare_exchange_strong(nobody, &machine)) {
        nobody = nullptr;
        if (++slot_ == kMost) throw std::logic_error{"more machines at once than signals can cancel"};
    }
    if (CatchSignals::caught() != 0) machine.cancel();
}

CancelOnSignal::~CancelOnSignal()
{
    running.at(slot_) = nullptr;
    // A handler on another thread may have seen it; one on this thread is over when this goes on.
    while (handling != 0) std::this_thread::yield();
}

}  // namespace husk::cli
