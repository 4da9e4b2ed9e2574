// Hostile guests on the software engine, one after the other, in child processes: what one of them does to its process is told with
// the seed that does it again, and the others go on.
#include "hostile/count.hpp"
#include "hostile/guest.hpp"

#include "engine/soft/vm.hpp"

#include <fmt/format.h>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <new>
#include <string>
#include <vector>

namespace husk::hostile {
namespace {

constexpr unsigned kHang = 60;  // seconds for a guest that is given milliseconds
constexpr std::uint64_t kBatch = 500;
constexpr std::uint64_t kMostInstructions = 3000;  // of a guest, where they are counted

/// What the child tells, in memory shared with its parent.
struct Progress {
    std::uint64_t seed = 0;
    std::uint64_t instructions = 0;
    std::array<char, 200> broken{};
};

struct Options {
    std::uint64_t first = 1;
    std::uint64_t guests = 1000;  // of each start
    std::vector<Start> starts;
    bool count = false;
    bool dump = false;
    bool lines = false;
    std::string one;  // a guest's bytes in hexadecimal, as `dump` prints them
};

[[noreturn]] void run_batch(Progress& progress, const Options& options, Start start, std::uint64_t end)
{
    Life life;
    if (options.count) {
        count_instructions();
        life.time = std::chrono::milliseconds{200};  // for those that begin no instruction: a handler that faults
        life.born = [](engine::Vcpu& vcpu) { limit_instructions(vcpu, kMostInstructions); };
    }
    for (; progress.seed < end; ++progress.seed) {
        ::alarm(kHang);
        try {
            run(random_guest(start, progress.seed), soft::make_vm, life);
        } catch (const std::exception& error) {
            fmt::format_to_n(progress.broken.data(), progress.broken.size() - 1, "{}", error.what());
            std::_Exit(2);
        }
        if (options.count) progress.instructions += instructions();
    }
    std::exit(0);  // where leaks are looked for
}

/// How many guests did what they may not.
unsigned run_all(Progress& progress, const Options& options, Start start)
{
    unsigned bad = 0;
    const std::uint64_t end = options.first + options.guests;
    progress.seed = options.first;
    while (progress.seed < end) {
        const std::uint64_t stop = std::min(end, progress.seed + kBatch);
        const pid_t child = ::fork();
        if (child == 0) run_batch(progress, options, start, stop);
        int status = 0;
        ::waitpid(child, &status, 0);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0) continue;
        ++bad;
        const std::string how = progress.broken[0] != 0 ? std::string{progress.broken.data()}
                                : WIFSIGNALED(status)
                                    ? fmt::format("signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status)))
                                    : fmt::format("exit status {}", WEXITSTATUS(status));
        fmt::print("hostile: {} {}: {}\n", kStartNames[static_cast<std::size_t>(start)], progress.seed, how);
        std::fflush(stdout);
        progress.broken = {};
        progress.seed = std::min(progress.seed + 1, end);
    }
    return bad;
}

void dump(const Options& options)
{
    for (const Start start : options.starts)
        for (std::uint64_t seed = options.first; seed < options.first + options.guests; ++seed) {
            fmt::print("{} {}: ", kStartNames[static_cast<std::size_t>(start)], seed);
            for (const std::byte each : random_guest(start, seed)) fmt::print("{:02x}", static_cast<unsigned>(each));
            fmt::print("\n");
        }
}

/// In this process, for a debugger.
void run_one(const std::string& digits)
{
    std::vector<std::byte> guest;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        guest.push_back(static_cast<std::byte>(std::stoul(digits.substr(i, 2), nullptr, 16)));
    run(guest, soft::make_vm);
}

/// Guests in hexadecimal, a line each, from standard input: prints those that end their process.
void run_lines()
{
    for (std::string line; std::getline(std::cin, line);) {
        const pid_t child = ::fork();
        if (child == 0) {
            ::alarm(kHang);
            run_one(line);
            std::_Exit(0);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        if (status != 0) fmt::print("{:#x} {}\n", status, line);
    }
}

bool parse(std::span<char*> arguments, Options& options)
{
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view name = arguments[i];
        if (name == "--count") {
            options.count = true;
        } else if (name == "--lines") {
            options.lines = true;
        } else if (name == "--dump") {
            options.dump = true;
        } else if (i + 1 < arguments.size() && name == "--run") {
            options.one = arguments[++i];
        } else if (i + 1 < arguments.size() && (name == "--first" || name == "--guests")) {
            (name == "--first" ? options.first : options.guests) = std::strtoull(arguments[++i], nullptr, 10);
        } else if (const auto* start = std::ranges::find(kStartNames, name); start != kStartNames.end()) {
            options.starts.push_back(static_cast<Start>(start - kStartNames.begin()));
        } else {
            return false;
        }
    }
    if (options.starts.empty())
        for (std::size_t i = 0; i < kStarts; ++i) options.starts.push_back(static_cast<Start>(i));
    return true;
}

int main(std::span<char*> arguments)
{
    Options options;
    if (!parse(arguments, options)) {
        fmt::print(stderr, "husk_hostile_guests [--first SEED] [--guests N, of each] [--count] [--dump] [START...]\n");
        return 2;
    }
    if (options.dump) return dump(options), 0;
    if (options.lines) return run_lines(), 0;
    if (!options.one.empty()) return run_one(options.one), 0;
    void* shared = ::mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) return 1;
    Progress& progress = *new (shared) Progress;
    unsigned bad = 0;
    for (const Start start : options.starts) {
        const std::uint64_t before = progress.instructions;
        bad += run_all(progress, options, start);
        fmt::print("hostile: {}: {} guests", kStartNames[static_cast<std::size_t>(start)], options.guests);
        if (options.count) fmt::print(", {} instructions", progress.instructions - before);
        fmt::print("\n");
        std::fflush(stdout);  // before it is copied to the next child
    }
    fmt::print("lane hostile: {} guests from seed {}", options.guests * options.starts.size(), options.first);
    if (options.count) fmt::print(", {} instructions", progress.instructions);
    fmt::print("{}\n", bad == 0 ? "" : fmt::format(", {} BAD", bad));
    return bad == 0 ? 0 : 1;
}

}  // namespace
}  // namespace husk::hostile

int main(int count, char** arguments)
{
    return husk::hostile::main(std::span{arguments, static_cast<std::size_t>(count)}.subspan(1));
}
