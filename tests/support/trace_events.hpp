#pragma once

#include <husk/trace_file.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace husk::test {

/// A file's text.
std::string text_of(const std::string& path);

/// The events of a trace file, by a reader that is not Husk's: all of it, which must be an array. Throws nlohmann::json::exception.
std::vector<nlohmann::json> trace_events(const std::string& path);
/// Those of one category.
std::vector<nlohmann::json> events_of(const std::vector<nlohmann::json>& events, std::string_view category);

/// What a viewer may not like of a trace, by "Trace Event Format": an event that lacks what every one has, and on any track two
/// that overlap and are not one within the other. Empty if there is nothing.
std::string trace_problem(const std::vector<nlohmann::json>& events);

/// Closes the file, and expects that viewers like it: its events.
std::vector<nlohmann::json> closed_events(TraceFile& trace, const std::string& path);

}  // namespace husk::test
