#pragma once

#include "trace/reader.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string>

/// A trace that has been summed up, for `husk trace-summary`.
namespace husk::cli {

/// In tables of at most `most` rows each; 0: of all.
std::string trace_text(const trace::TraceReader& trace, std::size_t most);
/// Times in nanoseconds.
nlohmann::ordered_json trace_json(const trace::TraceReader& trace);

/// "the trace is cut off in line 12 …"; empty if it is not.
std::string cut_off_text(const trace::TraceReader& trace);

}  // namespace husk::cli
