#include "cli/signals.hpp"

#include <atomic>
#include <csignal>

namespace husk::cli {

namespace {

std::atomic<Machine*> running{nullptr};
std::atomic<int> caught_signal{0};

void cancel(int signal)
{
    caught_signal = signal;
    if (Machine* machine = running) machine->cancel();
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
}

int CancelOnSignal::caught()
{
    return caught_signal;
}

}  // namespace husk::cli
