#include "program/debug/signal_numbers.hpp"

#include "program/abi/signals.hpp"

#include <algorithm>
#include <array>
#include <csignal>

namespace husk::program {

namespace {

struct Pair {
    int of_linux, of_gdb;
};
/// Those with names of their own.
constexpr auto kNamed = std::to_array<Pair>({
    {SIGHUP, 1},     {SIGINT, 2},   {SIGQUIT, 3},   {SIGILL, 4},   {SIGTRAP, 5},  {SIGABRT, 6},  {SIGFPE, 8},   {SIGKILL, 9},
    {SIGBUS, 10},    {SIGSEGV, 11}, {SIGSYS, 12},   {SIGPIPE, 13}, {SIGALRM, 14}, {SIGTERM, 15}, {SIGURG, 16},  {SIGSTOP, 17},
    {SIGTSTP, 18},   {SIGCONT, 19}, {SIGCHLD, 20},  {SIGTTIN, 21}, {SIGTTOU, 22}, {SIGIO, 23},   {SIGXCPU, 24}, {SIGXFSZ, 25},
    {SIGVTALRM, 26}, {SIGPROF, 27}, {SIGWINCH, 28}, {SIGUSR1, 30}, {SIGUSR2, 31}, {SIGPWR, 32},
});

// Real-time signals: 33 to 63 lie side by side, and 32 and 64 beside each other elsewhere.
constexpr int kFirstInRow = 33, kLastInRow = 63, kGdbFirstInRow = 45;
constexpr int kGdb32 = 77, kGdb64 = 78, kGdbUnknown = 143;

}  // namespace

int gdb_signal(int signal)
{
    if (signal >= kFirstInRow && signal <= kLastInRow) return signal - kFirstInRow + kGdbFirstInRow;
    if (signal == kFirstRealTimeSignal) return kGdb32;
    if (signal == kLastSignal) return kGdb64;
    const auto* const found = std::ranges::find(kNamed, signal, &Pair::of_linux);
    return found == kNamed.end() ? kGdbUnknown : found->of_gdb;
}

int linux_signal(int number)
{
    if (number >= kGdbFirstInRow && number <= kGdbFirstInRow + kLastInRow - kFirstInRow)
        return number - kGdbFirstInRow + kFirstInRow;
    if (number == kGdb32) return kFirstRealTimeSignal;
    if (number == kGdb64) return kLastSignal;
    const auto* const found = std::ranges::find(kNamed, number, &Pair::of_gdb);
    return found == kNamed.end() ? 0 : found->of_linux;
}

}  // namespace husk::program
