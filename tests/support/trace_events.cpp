#include "support/trace_events.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <utility>

namespace husk::test {
namespace {

using nlohmann::json;

/// In microseconds, as fractions, for so do viewers add them.
struct Span {
    double begin, end;
};

std::string problem_of(const json& event)
{
    if (!event.is_object()) return "is no object";
    for (const char* const name : {"name", "ph", "cat"})
        if (!event.contains(name) || !event[name].is_string()) return std::string{"has no text "} + name;
    for (const char* const name : {"ts", "pid", "tid"})
        if (!event.contains(name) || !event[name].is_number()) return std::string{"has no number "} + name;
    if ((event["ph"] == "X") != event.contains("dur")) return "has a duration, or none";
    if (event["ph"] == "i" && event.value("s", "") != "t") return "is of no scope";
    if (event.contains("args") && !event["args"].is_object()) return "has arguments that are no object";
    return {};
}

/// Sorted as a viewer does: by begin, the longer one first.
bool nest(std::vector<Span> spans)
{
    std::ranges::sort(spans, [](const Span& left, const Span& right) {
        return std::pair{left.begin, -left.end} < std::pair{right.begin, -right.end};
    });
    std::vector<Span> open;
    for (const Span& span : spans) {
        while (!open.empty() && open.back().end <= span.begin) open.pop_back();
        if (!open.empty() && span.end > open.back().end) return false;
        open.push_back(span);
    }
    return true;
}

}  // namespace

std::string text_of(const std::string& path)
{
    std::ostringstream text;
    text << std::ifstream{path}.rdbuf();
    return text.str();
}

std::vector<json> trace_events(const std::string& path)
{
    return json::parse(text_of(path)).get<std::vector<json>>();
}

std::vector<json> events_of(const std::vector<json>& events, std::string_view category)
{
    std::vector<json> found;
    std::ranges::copy_if(events, std::back_inserter(found), [&](const json& event) { return event["cat"] == category; });
    return found;
}

std::string trace_problem(const std::vector<json>& events)
{
    std::map<std::pair<int, int>, std::vector<Span>> tracks;
    for (const json& event : events) {
        if (auto problem = problem_of(event); !problem.empty()) return event.dump() + " " + problem;
        if (event["ph"] != "X") continue;
        const double begin = event["ts"];
        tracks[{event["pid"], event["tid"]}].push_back({begin, begin + event["dur"].get<double>()});
    }
    for (const auto& [place, spans] : tracks)
        if (!nest(spans)) return "events overlap on track " + std::to_string(place.first) + "/" + std::to_string(place.second);
    return {};
}

std::vector<json> closed_events(TraceFile& trace, const std::string& path)
{
    trace.close();
    auto all = trace_events(path);
    EXPECT_EQ(trace_problem(all), "");
    return all;
}

}  // namespace husk::test
