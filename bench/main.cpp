#include "plan.hpp"

#include <fmt/format.h>
#include <getopt.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string_view>

// husk_bench: Husk's engines, each against the least that a C program must do, and against each other.
namespace husk::bench {
namespace {

constexpr const char* kUsage =
    "usage: husk_bench [options]\n"
    "  --json          a JSON array instead of tables\n"
    "  --check         exit with 1 if a bound is missed\n"
    "  --table TEXT    only tables whose title contains TEXT\n"
    "  --only TEXT     only rows whose name contains TEXT\n"
    "  --pairs N       that many pairs for every row\n"
    "  --husk FILE     the husk command\n";

struct Options {
    bool json = false;
    bool check = false;
    std::string table;
    std::string only;
    std::size_t pairs = 0;  ///< 0: each row's own number
    std::string husk = HUSK_BENCH_HUSK;
};

/// Nothing if the arguments make no sense.
std::optional<Options> parse(int argc, char** argv)
{
    const option known[] = {{"json", no_argument, nullptr, 'j'},
                            {"check", no_argument, nullptr, 'c'},
                            {"table", required_argument, nullptr, 't'},
                            {"only", required_argument, nullptr, 'o'},
                            {"pairs", required_argument, nullptr, 'p'},
                            {"husk", required_argument, nullptr, 'h'},
                            {}};
    Options options;
    for (int letter = 0; (letter = getopt_long(argc, argv, "", known, nullptr)) != -1;) {
        switch (letter) {
            case 'j': options.json = true; break;
            case 'c': options.check = true; break;
            case 't': options.table = optarg; break;
            case 'o': options.only = optarg; break;
            case 'p': options.pairs = std::strtoul(optarg, nullptr, 10); break;
            case 'h': options.husk = optarg; break;
            default: return {};
        }
    }
    if (optind != argc) return {};
    return options;
}

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

Table measure(Plan& plan, const Options& options)
{
    if (!plan.table.obstacle.empty()) return plan.table;
    fmt::print(stderr, "{}\n", plan.table.title);
    for (Comparison& comparison : plan.comparisons) {
        if (!contains(comparison.what, options.only)) continue;
        if (options.pairs != 0) comparison.pairs = options.pairs;
        fmt::print(stderr, "  {} ({} pairs)\n", comparison.what, comparison.pairs);
        plan.table.rows.push_back(interleave(comparison));
    }
    for (const Weighing& weighing : plan.weighings)
        if (contains(weighing.what, options.only)) plan.table.rows.push_back(weighing.measure());
    return plan.table;
}

bool all_met(const Table& table)
{
    return std::ranges::all_of(table.rows, &Row::met);
}

int run(int argc, char** argv)
{
    const auto options = parse(argc, argv);
    if (!options) {
        std::fputs(kUsage, stderr);
        return 2;
    }
    std::vector<Table> tables;
    for (Plan& plan : all_plans({.husk = options->husk,
                      .kvm_floor = HUSK_BENCH_KVM_FLOOR,
                      .unicorn_floor = HUSK_BENCH_UNICORN_FLOOR,
                      .guest = HUSK_BENCH_GUEST,
                      .work = HUSK_BENCH_WORK,
                      .start = HUSK_BENCH_START,
                      .ring3_floor = HUSK_BENCH_RING3_FLOOR,
                      .functions = HUSK_BENCH_FUNCTIONS})) {
        if (!contains(plan.table.title, options->table)) continue;
        tables.push_back(measure(plan, *options));
        if (!options->json) fmt::print("{}\n", markdown(tables.back()));
    }
    if (options->json) std::fputs(json(tables).c_str(), stdout);
    return options->check && !std::ranges::all_of(tables, all_met) ? 1 : 0;
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
