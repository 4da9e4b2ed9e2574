#include "cli/boot_report.hpp"
#include "cli/usage_of_host.hpp"

#include <fmt/format.h>

namespace husk::cli {

namespace {

double milliseconds(std::chrono::nanoseconds time)
{
    return std::chrono::duration<double, std::milli>{time}.count();
}

std::string accesses(std::string_view space, const std::map<Stats::Place, Stats::Access>& table)
{
    std::string text;
    for (const auto& [place, access] : table)
        text +=
            fmt::format("  {:<5} {:<#10x} {:<4} {:>10} exits {:>12} items{}\n", space, place.address, place.write ? "out" : "in",
                        access.exits, access.items, access.claimed ? "" : "  (nothing is attached there)");
    return text;
}

}  // namespace

std::string stats_text(const Machine& machine)
{
    const Stats& stats = machine.stats();
    const HostUsage usage = usage_of_host();
    std::string text =
        fmt::format("engine {}: {} exits, {} interruptions\n", name(machine.engine()), stats.exits, stats.interrupted);
    text += accesses("port", stats.ports) + accesses("mmio", stats.mmio);
    text += fmt::format("  time  {:.3f} ms in the guest, {:.3f} ms in the host\n", milliseconds(stats.in_guest),
                        milliseconds(stats.in_host));
    text += fmt::format("  memory {} KiB at most, all of husk", usage.peak_kib);
    if (usage.merged_pages) text += fmt::format("; {} pages merged by KSM", *usage.merged_pages);
    return text + "\n";
}

}  // namespace husk::cli
