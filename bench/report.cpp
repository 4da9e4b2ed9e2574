#include "report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace husk::bench {
namespace {

bool of_throughput(const Row& row)
{
    return row.bound && row.bound->of == Bound::Of::Throughput;
}

std::string amount(Row::Unit unit, double value)
{
    if (unit == Row::Unit::Kibibytes) return fmt::format("{:.0f} KiB", value);
    if (value < 1e2) return fmt::format("{:.2f} ns", value);
    if (value < 1e3) return fmt::format("{:.0f} ns", value);
    if (value < 1e6) return fmt::format("{:.2f} µs", value / 1e3);
    return fmt::format("{:.2f} ms", value / 1e6);
}

std::string ratio_text(const Row& row)
{
    if (row.unit == Row::Unit::Kibibytes) return fmt::format("{:.2f}", row.ratio());
    const auto [low, high] = row.interval();
    return fmt::format("{:.3f} ({:.3f}–{:.3f})", row.ratio(), low, high);
}

std::string bound_text(const Row& row)
{
    if (!row.bound) return "—";
    switch (row.bound->of) {
        case Bound::Of::Time: return fmt::format("time ≤ {:.2f}", row.bound->value);
        case Bound::Of::Throughput: return fmt::format("throughput ≥ {:.2f}", row.bound->value);
        case Bound::Of::Memory: return fmt::format("≤ {:.0f} KiB", row.bound->value);
    }
    return {};
}

}  // namespace

double Row::ratio() const
{
    return of_throughput(*this) ? reference / measured : measured / reference;
}

Interval Row::interval() const
{
    if (of_throughput(*this)) return {1 / ratio_interval.high, 1 / ratio_interval.low};
    return ratio_interval;
}

bool Row::met() const
{
    if (!bound) return true;
    switch (bound->of) {
        case Bound::Of::Time: return ratio() <= bound->value;
        case Bound::Of::Throughput: return ratio() >= bound->value;
        case Bound::Of::Memory: return measured <= bound->value;
    }
    return false;
}

std::string markdown(const Table& table)
{
    std::string text = fmt::format("### {}\n\n", table.title);
    if (!table.obstacle.empty()) return text + fmt::format("Not measured: {}\n", table.obstacle);
    text += fmt::format("| what | {} | {} | ratio (95 %) | bound | met | pairs |\n|---|--:|--:|--:|--:|---|--:|\n", table.reference,
                        table.measured);
    for (const Row& row : table.rows) {
        const char* met = !row.bound ? "—" : row.met() ? "yes" : "no";
        text += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", row.what, amount(row.unit, row.reference),
                            amount(row.unit, row.measured), ratio_text(row), bound_text(row), met, row.pairs);
    }
    return text;
}

std::string json(const std::vector<Table>& tables)
{
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const Table& table : tables) {
        for (const Row& row : table.rows) {
            nlohmann::ordered_json one{
                {"table", table.title},       {"what", row.what},         {"unit", row.unit == Row::Unit::Kibibytes ? "KiB" : "ns"},
                {"reference", row.reference}, {"measured", row.measured}, {"ratio", row.ratio()},
                {"pairs", row.pairs}};
            if (row.unit == Row::Unit::Nanoseconds) one["ratio95"] = {row.interval().low, row.interval().high};
            if (row.bound) {
                one["bound"] = bound_text(row);
                one["met"] = row.met();
            }
            all.push_back(std::move(one));
        }
    }
    return all.dump(2) + "\n";
}

}  // namespace husk::bench
