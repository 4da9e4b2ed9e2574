#include "bench_boot.hpp"
#include "interleave.hpp"

#include <fmt/format.h>
#include <getopt.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string_view>

// husk_bench: Husk against the floor, as one table.
namespace husk::bench {
namespace {

constexpr const char* kUsage =
    "usage: husk_bench [options]\n"
    "  --json          a JSON array instead of a table\n"
    "  --check         exit with 1 if a bound is missed\n"
    "  --only TEXT     only rows whose name contains TEXT\n"
    "  --pairs N       that many pairs for every row\n"
    "  --husk FILE     the husk command\n"
    "  --floor FILE    the floor's program\n"
    "  --guest FILE    the hello guest, flat\n";

struct Options {
    bool json = false;
    bool check = false;
    std::string only;
    std::size_t pairs = 0;  ///< 0: each row's own number
    std::string husk = HUSK_BENCH_HUSK;
    std::string floor = HUSK_BENCH_FLOOR;
    std::string guest = HUSK_BENCH_GUEST;
};

/// Nothing if the arguments make no sense.
std::optional<Options> parse(int argc, char** argv)
{
    const option known[] = {{"json", no_argument, nullptr, 'j'},        {"check", no_argument, nullptr, 'c'},
                            {"only", required_argument, nullptr, 'o'},  {"pairs", required_argument, nullptr, 'p'},
                            {"husk", required_argument, nullptr, 'h'},  {"floor", required_argument, nullptr, 'f'},
                            {"guest", required_argument, nullptr, 'g'}, {}};
    Options options;
    for (int letter = 0; (letter = getopt_long(argc, argv, "", known, nullptr)) != -1;) {
        switch (letter) {
            case 'j': options.json = true; break;
            case 'c': options.check = true; break;
            case 'o': options.only = optarg; break;
            case 'p': options.pairs = std::strtoul(optarg, nullptr, 10); break;
            case 'h': options.husk = optarg; break;
            case 'f': options.floor = optarg; break;
            case 'g': options.guest = optarg; break;
            default: return {};
        }
    }
    if (optind != argc) return {};
    return options;
}

std::vector<Row> measure(const Options& options)
{
    const Programs programs{.floor = {options.floor}, .husk = {options.husk, "boot", options.guest, "--flat", "--mode", "long"}};
    std::vector<Comparison> all;
    add_life(all);
    add_ports(all);
    add_boot(all, programs);
    add_console(all);

    std::vector<Row> rows;
    for (Comparison& comparison : all) {
        if (comparison.what.find(options.only) == std::string::npos) continue;
        if (options.pairs != 0) comparison.pairs = options.pairs;
        fmt::print(stderr, "{} ({} pairs)\n", comparison.what, comparison.pairs);
        rows.push_back(interleave(comparison));
    }
    if (std::string_view{kWeighBoot}.find(options.only) != std::string_view::npos) rows.push_back(weigh_boot(programs));
    return rows;
}

int run(int argc, char** argv)
{
    const auto options = parse(argc, argv);
    if (!options) {
        std::fputs(kUsage, stderr);
        return 2;
    }
    const auto rows = measure(*options);
    std::fputs((options->json ? json(rows) : table(rows)).c_str(), stdout);
    const bool met = std::all_of(rows.begin(), rows.end(), [](const Row& row) { return row.met(); });
    return options->check && !met ? 1 : 0;
}

}  // namespace
}  // namespace husk::bench

int main(int argc, char** argv)
{
    try {
        return husk::bench::run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "husk_bench: %s\n", error.what());
        return 1;
    }
}
