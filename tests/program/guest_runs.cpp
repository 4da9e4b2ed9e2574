#include "program/guest_runs.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <csignal>
#include <span>
#include <sstream>
#include <string_view>

namespace husk::test {
namespace {

constexpr int kBySignal = 128;  // 128 + the signal, as a shell says it

struct Ending {
    const char* how;
    int status;
};

// What exit_status.c does when it is told so, and how it must end.
constexpr auto kEndings = std::to_array<Ending>({
    {"return", 0},
    {"code", 7},
    {"large", 300 % 256},
    {"negative", 255},
    {"group", 9},
    {"thread", 11},
    {"handlers", 5},
    {"segv", kBySignal + SIGSEGV},
    {"ill", kBySignal + SIGILL},
    {"trap", kBySignal + SIGTRAP},
    {"fpe", kBySignal + SIGFPE},
    {"bus", kBySignal + SIGBUS},
    {"segv-blocked", kBySignal + SIGSEGV},
    {"segv-ignored", kBySignal + SIGSEGV},
    {"no-stack", kBySignal + SIGSEGV},
    {"abort", kBySignal + SIGABRT},
    {"kill", kBySignal + SIGKILL},
    {"term", kBySignal + SIGTERM},
    {"int", kBySignal + SIGINT},
    {"hup", kBySignal + SIGHUP},
    {"quit", kBySignal + SIGQUIT},
    {"usr1", kBySignal + SIGUSR1},
    {"pipe", kBySignal + SIGPIPE},
    {"sys", kBySignal + SIGSYS},
    {"xcpu", kBySignal + SIGXCPU},
    {"poll", kBySignal + SIGPOLL},
    {"realtime", kBySignal + 34 + 4},  // SIGRTMIN + 4
    {"libc-abort", kBySignal + SIGABRT},
    {"alarm", kBySignal + SIGALRM},
    {"alarm-spinning", kBySignal + SIGALRM},
});

// The same for thread_exit.c.
constexpr auto kThreadEndings = std::to_array<Ending>({
    {"exit", 21},
    {"group", 22},
    {"main", 24},
    {"main-first", 23},
    {"abort", kBySignal + SIGABRT},
    {"fault", kBySignal + SIGSEGV},
    {"kill", kBySignal + SIGTERM},
});

// What the software engine cannot do, by the start of a guest's name.
struct Lack {
    std::string_view guests;
    const char* why;
};
constexpr auto kSoftLacks = std::to_array<Lack>({
    {"thread_", "threads: the software engine runs one"},
    {"mem_file", "files that change under a mapping: the software engine knows them as they were"},
    {"mem_advice", "pages of a file given back: the software engine has a copy, which is zeroed"},
    {"sig_float", "unmasked floating-point exceptions: Unicorn raises none"},
});

// What is not so under Husk on any engine, and is said in the manual.
constexpr auto kDiffers = std::to_array<Lack>({
    {"mem_no_execute", "PROT_EXEC: the guest's page tables never change, so what may be read may be executed"},
});

std::string reason_in(std::span<const Lack> lacks, const GuestRun& run)
{
    for (const Lack& lack : lacks)
        if (run.guest.starts_with(lack.guests)) return lack.why;
    return {};
}

template <std::size_t Count>
void add_endings(std::vector<GuestRun>& runs, const std::string& guest, const std::array<Ending, Count>& endings)
{
    for (const Ending& ending : endings) runs.push_back({guest, {ending.how}, {}, ending.status});
}

}  // namespace

std::string GuestRun::name() const
{
    std::string text = guest;
    for (const std::string& word : arguments) text += "_" + word;
    std::ranges::replace_if(
        text, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
    return text;
}

std::vector<GuestRun> guest_runs()
{
    std::vector<GuestRun> runs;
    std::istringstream guests{HUSK_PROGRAM_GUESTS};
    for (std::string guest; std::getline(guests, guest, ',');) {
        if (guest.starts_with("exit_status"))
            add_endings(runs, guest, kEndings);
        else if (guest.starts_with("thread_exit"))
            add_endings(runs, guest, kThreadEndings);
        else if (guest.starts_with("text_streams"))
            runs.push_back({guest, {"", "two words", "\xC3\xA4"}, "first\nsecond\nno end of line", 0});
        else
            runs.push_back({guest, {}, {}, 0});
    }
    return runs;
}

std::string husk_obstacle(const GuestRun& run, bool on_soft)
{
    std::string differs = reason_in(kDiffers, run);
    return differs.empty() && on_soft ? reason_in(kSoftLacks, run) : differs;
}

bool husk_speaks(const GuestRun& run)
{
    return run.guest.starts_with("refused");
}

}  // namespace husk::test
