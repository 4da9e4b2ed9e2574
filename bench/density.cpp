#include "ksm.hpp"
#include "proc.hpp"
#include "side.hpp"

#include <fmt/format.h>
#include <getopt.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <vector>

// husk_density: what one more idle guest costs. Each has 2 MiB, ran hello64 to its HLT, and stays.
namespace husk::bench {
namespace {

constexpr const char* kUsage =
    "usage: husk_density [options]\n"
    "  --guests N       how many (200)\n"
    "  --engine ENGINE  kvm or soft (kvm if there is one)\n"
    "  --wait SECONDS   how long KSM may take at most (60)\n"
    "  --no-ksm         leave KSM alone\n";

struct Options {
    std::size_t guests = 200;
    Engine engine = Engine::Auto;
    std::chrono::seconds wait{60};
    bool ksm = true;
};

std::optional<Options> parse(int argc, char** argv)
{
    const option known[] = {{"guests", required_argument, nullptr, 'g'},
                            {"engine", required_argument, nullptr, 'e'},
                            {"wait", required_argument, nullptr, 'w'},
                            {"no-ksm", no_argument, nullptr, 'n'},
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
            default: return {};
        }
    }
    if (optind != argc || options.guests == 0) return {};
    return options;
}

volatile std::sig_atomic_t interrupting_signal = 0;

/// SIGINT and SIGTERM only leave a note, so that KSM is set back on every way out.
void note_signals()
{
    struct sigaction action {};
    action.sa_handler = [](int signal) { interrupting_signal = signal; };
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
}

bool interrupted()
{
    return interrupting_signal != 0;
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

void print_row(const char* what, std::int64_t all_kib, std::size_t guests)
{
    fmt::print("| {} | {:.1f} KiB |\n", what, static_cast<double>(all_kib) / static_cast<double>(guests));
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
