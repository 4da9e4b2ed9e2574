#include "cli/trace_tables.hpp"

#include "cli/print.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <span>

namespace husk::cli {

namespace {

using trace::Row;
using trace::Time;
using nlohmann::ordered_json;

double milliseconds(Time time)
{
    return std::chrono::duration<double, std::milli>(time).count();
}

double percent(Time part, Time whole)
{
    constexpr double kAll = 100;
    return whole.count() == 0 ? 0 : kAll * static_cast<double>(part.count()) / static_cast<double>(whole.count());
}

std::string figures(const Row& row, Time whole)
{
    constexpr double kThousand = 1000;
    return fmt::format("{:9} {:11.3f} {:6.2f} {:11.1f} {:11.1f}", row.count, milliseconds(row.total), percent(row.total, whole),
                       milliseconds(row.mean()) * kThousand, milliseconds(row.longest) * kThousand);
}

constexpr auto kFigures = "    count    total ms      %     mean us  longest us";

std::string rest_text(std::size_t rows, std::size_t most)
{
    return rows <= most ? std::string{} : fmt::format("  … and {} more: --top 0 shows all\n", rows - most);
}

/// What a system call spent in the host outside of itself is Husk's: shares are of all the time in the host.
std::string causes_text(const trace::Summary& summary, std::size_t most)
{
    std::string text = fmt::format("exits by cause\n{}    guest ms  cause\n", kFigures);
    const auto rows = sorted(summary.causes);
    for (const auto& [name, row] : std::span{rows}.first(std::min(most, rows.size())))
        text += fmt::format("{} {:11.3f}  {}\n", figures(row, summary.host), milliseconds(row.guest), printable(name));
    return text + rest_text(rows.size(), most);
}

std::string places_text(const trace::Summary& summary, std::size_t most)
{
    std::string text = fmt::format("exits by place\n{}  place: cause\n", kFigures);
    const auto rows = sorted(summary.places);
    for (const auto& [where, row] : std::span{rows}.first(std::min(most, rows.size())))
        text += fmt::format("{}  {}: {}\n", figures(row, summary.host), printable(where.first), printable(where.second));
    return text + rest_text(rows.size(), most);
}

std::string calls_text(const trace::Summary& summary, std::size_t most)
{
    if (summary.calls.empty()) return {};
    std::string text = fmt::format("system calls\n{}   errors  call\n", kFigures);
    const auto rows = sorted(summary.calls);
    for (const auto& [name, row] : std::span{rows}.first(std::min(most, rows.size())))
        text += fmt::format("{} {:8}  {}\n", figures(row, summary.host), row.errors, printable(name));
    return text + rest_text(rows.size(), most);
}

std::string threads_text(const trace::Summary& summary, std::size_t most)
{
    std::string text = "threads\n    guest ms      %     host ms      %     exits     calls  process/thread\n";
    std::size_t told = 0;
    for (const auto& [place, thread] : summary.threads) {
        if (thread.exits == 0 && thread.guest.count() == 0) continue;
        if (++told > most) continue;
        const Time both = thread.guest + thread.host;
        text += fmt::format("{:12.3f} {:6.2f} {:11.3f} {:6.2f} {:9} {:9}  {}/{} {}\n", milliseconds(thread.guest),
                            percent(thread.guest, both), milliseconds(thread.host), percent(thread.host, both), thread.exits,
                            thread.calls, place.first, place.second, printable(thread.name));
    }
    return text + rest_text(told, most);
}

std::string happenings_text(const trace::Summary& summary, std::size_t most)
{
    if (summary.happenings.empty()) return {};
    std::string text = "signals and ends\n";
    std::size_t told = 0;
    for (const auto& [name, count] : summary.happenings)
        if (++told <= most) text += fmt::format("{:9}  {}\n", count, printable(name));
    return text + rest_text(told, most);
}

std::string head_text(const trace::TraceReader& trace)
{
    const trace::Summary& summary = trace.summary();
    std::string text;
    for (const auto& [number, process] : summary.processes)
        text += fmt::format("{} ({}), process {}\n", printable(process.name), printable(process.engine), number);
    const Time both = summary.guest + summary.host;
    return text + fmt::format("{} events in {:.3f} ms, {}; all threads together {:.3f} ms in the guest ({:.2f} %), {:.3f} ms in the "
                              "host ({:.2f} %)\n",
                              summary.events, milliseconds(summary.end), trace.complete() ? "complete" : "cut off",
                              milliseconds(summary.guest), percent(summary.guest, both), milliseconds(summary.host),
                              percent(summary.host, both));
}

ordered_json row_json(const Row& row)
{
    return {{"count", row.count},
            {"total_ns", row.total.count()},
            {"longest_ns", row.longest.count()}};
}

ordered_json causes_json(const trace::Summary& summary)
{
    auto all = ordered_json::array();
    for (const auto& [name, row] : sorted(summary.causes)) {
        ordered_json one{{"cause", name}};
        one.update(row_json(row));
        one["guest_ns"] = row.guest.count();
        all.push_back(std::move(one));
    }
    return all;
}

ordered_json places_json(const trace::Summary& summary)
{
    auto all = ordered_json::array();
    for (const auto& [where, row] : sorted(summary.places)) {
        ordered_json one{{"place", where.first}, {"cause", where.second}};
        one.update(row_json(row));
        all.push_back(std::move(one));
    }
    return all;
}

ordered_json calls_json(const trace::Summary& summary)
{
    auto all = ordered_json::array();
    for (const auto& [name, row] : sorted(summary.calls)) {
        ordered_json one{{"call", name}};
        one.update(row_json(row));
        one["errors"] = row.errors;
        all.push_back(std::move(one));
    }
    return all;
}

}  // namespace

std::string cut_off_text(const trace::TraceReader& trace)
{
    if (trace.complete()) return {};
    return fmt::format("the trace is cut off in line {}: the run was killed, or the disk was full; what is there is summed up",
                       trace.last_line());
}

std::string trace_text(const trace::TraceReader& trace, std::size_t most)
{
    if (most == 0) most = static_cast<std::size_t>(-1);
    const trace::Summary& summary = trace.summary();
    std::string text = head_text(trace);
    for (const std::string& part : {threads_text(summary, most), causes_text(summary, most), places_text(summary, most),
                                    calls_text(summary, most), happenings_text(summary, most)})
        if (!part.empty()) text += "\n" + part;
    return text;
}

ordered_json trace_json(const trace::TraceReader& trace)
{
    const trace::Summary& summary = trace.summary();
    auto processes = ordered_json::array();
    for (const auto& [number, process] : summary.processes)
        processes.push_back({{"process", number}, {"name", process.name}, {"engine", process.engine}});
    auto threads = ordered_json::array();
    for (const auto& [place, thread] : summary.threads)
        threads.push_back({{"process", place.first},
                           {"thread", place.second},
                           {"name", thread.name},
                           {"guest_ns", thread.guest.count()},
                           {"host_ns", thread.host.count()},
                           {"exits", thread.exits},
                           {"calls", thread.calls}});
    return {{"complete", trace.complete()},
            {"lines", trace.last_line()},
            {"events", summary.events},
            {"end_ns", summary.end.count()},
            {"guest_ns", summary.guest.count()},
            {"host_ns", summary.host.count()},
            {"processes", std::move(processes)},
            {"threads", std::move(threads)},
            {"exits_by_cause", causes_json(summary)},
            {"exits_by_place", places_json(summary)},
            {"system_calls", calls_json(summary)},
            {"happenings", summary.happenings}};
}

}  // namespace husk::cli
