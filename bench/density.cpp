#include "density.hpp"
#include "floor/fork.h"
#include "interleave.hpp"
#include "ksm.hpp"
#include "proc.hpp"
#include "side.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <getopt.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <vector>

// husk_density: what one more idle guest costs. Each has 2 MiB, ran hello64 to its HLT, and stays.
namespace husk::bench {

volatile std::sig_atomic_t interrupting_signal = 0;

namespace {

constexpr const char* kUsage =
    "usage: husk_density [options]\n"
    "  --guests N       how many (200)\n"
    "  --engine ENGINE  kvm or soft (kvm if there is one)\n"
    "  --wait SECONDS   how long KSM may take at most (60)\n"
    "  --no-ksm         leave KSM alone\n"
    "  --thawed         guests thawed from one frozen guest, after a first call each, instead\n"
    "  --programs       programs thawed from one frozen program, likewise\n";

struct Options {
    std::size_t guests = 200;
    Engine engine = Engine::Auto;
    std::chrono::seconds wait{60};
    bool ksm = true;
    bool thawed = false, programs = false;
};

std::optional<Options> parse(int argc, char** argv)
{
    const option known[] = {{"guests", required_argument, nullptr, 'g'},
                            {"engine", required_argument, nullptr, 'e'},
                            {"wait", required_argument, nullptr, 'w'},
                            {"no-ksm", no_argument, nullptr, 'n'},
                            {"thawed", no_argument, nullptr, 't'},
                            {"programs", no_argument, nullptr, 'p'},
                            {}};
    Options options;
    for (int letter = 0; (letter = getopt_long(argc, argv, "", known, nullptr)) != -1;) {
        switch (letter) {
            case 'g': options.guests = std::strtoul(optarg, nullptr, 10); break;
            case 'e':
                if (optarg == name(Engine::Kvm))
                    options.engine = Engine::Kvm;
                else if (optarg == name(Engine::Soft))
                    options.engine = Engine::Soft;
                else
                    return {};
                break;
            case 'w': options.wait = std::chrono::seconds{std::strtol(optarg, nullptr, 10)}; break;
            case 'n': options.ksm = false; break;
            case 't': options.thawed = true; break;
            case 'p': options.programs = true; break;
            default: return {};
        }
    }
    if (optind != argc || options.guests == 0) return {};
    return options;
}

/// SIGINT and SIGTERM only leave a note, so that KSM is set back on every way out.
void note_signals()
{
    struct sigaction action {};
    action.sa_handler = [](int signal) { interrupting_signal = signal; };
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
}

/// Each machine holds a few descriptors.
void raise_descriptor_limit()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

Machine idle_guest(Engine engine)
{
    Machine machine{{.engine = engine, .debug_console = [](std::span<const std::byte>) {}}};
    load_flat(machine, guest::hello64());
    run_to_halt(machine);
    return machine;
}

void merge_and_tell(const Options& options, const Resident& baseline)
{
    const auto ksm = KsmRunning::try_switch_on();
    if (!ksm) {
        fmt::print("\nKSM: not measured; /sys/kernel/mm/ksm/run cannot be set here (it takes root).\n");
        return;
    }
    const bool settled = ksm->wait_until_settled(options.wait, interrupted);
    if (interrupted()) return;
    print_row("merged by KSM", merged_pages() * 4, options.guests);
    print_row("Pss once merged", resident_now().pss - baseline.pss, options.guests);
    if (!settled) fmt::print("\nKSM was still merging after {} s.\n", options.wait.count());
}

constexpr std::uint64_t kThawedSize = 64_MiB;

int need_kvm()
{
    const int kvm = ::open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (kvm < 0) throw Error{"open /dev/kvm", errno};
    return kvm;
}

/// bench_calls where it is ready for a call that writes to one page.
Frozen freeze(Engine engine)
{
    Machine machine{{.memory = {{.base = {}, .size = kThawedSize}}, .engine = engine}};
    load_flat(machine, guest::calls());
    run_to_halt(machine);
    expect(machine.memory().store(GuestPhys{0x10000}, std::uint64_t{1}).has_value(), "writing the number of pages");
    return Frozen{machine, {.origin = "bench_calls", .point = "its first HLT"}};
}

/// The same by raw ioctls: what of it is the kernel's.
Pace pace_of_floor(const Frozen& frozen, std::size_t guests)
{
    const fork_origin origin{.kvm = need_kvm(),
                             .memory = frozen.memory().descriptor(),
                             .size = kThawedSize,
                             .rip = frozen.state().registers.rip,
                             .rsp = frozen.state().registers.rsp};
    std::vector<fork_vm> all;
    all.reserve(guests);
    const Pace pace = pace_of(guests, [&] { fork_to_first_exit(&origin, &all.emplace_back()); });
    for (auto& vm : all) fork_destroy(&vm);
    ::close(origin.kvm);
    return pace;
}

void tell_thawed(const Options& options, Engine engine)
{
    const Frozen frozen = freeze(engine);
    run_to_halt(*std::make_unique<Machine>(frozen.thaw({.engine = engine})));
    std::vector<Machine> guests;
    guests.reserve(options.guests);
    const Resident baseline = resident_now();
    const Pace pace = pace_of(options.guests, [&] {
        guests.push_back(frozen.thaw({.engine = engine}));
        run_to_halt(guests.back());
    });
    const Resident now = resident_now();
    for (Machine& guest : guests) run_to_halt(guest);
    if (interrupted()) return;
    print_thawed("guests of 64 MiB", guests.size(), engine, baseline, now, pace);
    guests.clear();
    if (engine == Engine::Kvm) print_pace("floor", pace_of_floor(frozen, options.guests));
}

int run(int argc, char** argv)
{
    const auto options = parse(argc, argv);
    if (!options) {
        std::fputs(kUsage, stderr);
        return 2;
    }
    note_signals();
    raise_descriptor_limit();

    const Engine engine = idle_guest(options->engine).engine();  // what only the first costs is not what one more costs
    if (options->thawed) {
        tell_thawed(*options, engine);
        return interrupted() ? 128 + interrupting_signal : 0;
    }
    if (options->programs) {
        tell_programs(options->guests, engine);
        return interrupted() ? 128 + interrupting_signal : 0;
    }
    std::vector<Machine> guests;
    guests.reserve(options->guests);
    const Resident baseline = resident_now();
    while (guests.size() < options->guests && !interrupted()) guests.push_back(idle_guest(engine));
    const Resident now = resident_now();

    if (!interrupted()) {
        fmt::print("| {} idle guests of 2 MiB on {} | each |\n|---|--:|\n", guests.size(), name(engine));
        print_row("Rss", now.rss - baseline.rss, guests.size());
        print_row("Pss", now.pss - baseline.pss, guests.size());
        if (options->ksm) merge_and_tell(*options, baseline);
    }
    if (interrupted()) std::fputs("interrupted\n", stderr);
    return interrupted() ? 128 + interrupting_signal : 0;
}

}  // namespace
}  // namespace husk::bench

int main(int argc, char** argv)
{
    try {
        return husk::bench::run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "husk_density: %s\n", error.what());
        return 1;
    }
}
