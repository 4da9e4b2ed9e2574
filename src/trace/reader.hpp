#pragma once

#include "trace/summary.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace husk::trace {

/// Why a file cannot be summed up, and where.
struct TraceError {
    std::uint64_t line = 0;  ///< from 1
    std::string problem;
    bool operator==(const TraceError&) const = default;
};

/// A trace, as it is read from its file, piece by piece. Any bytes may be given to it; it keeps no more than the line at hand.
class TraceReader {
public:
    /// The next bytes of the file.
    tl::expected<void, TraceError> add(std::string_view piece);
    /// There are no more.
    tl::expected<void, TraceError> finish();

    /// What it has so far.
    const Summary& summary() const { return summary_; }
    /// After finish(): the file has its end. If not, the line that it breaks off in, or behind.
    bool complete() const { return ended_; }
    std::uint64_t last_line() const { return line_; }

private:
    enum class Next { Start, First, Event, Nothing };

    tl::expected<void, TraceError> take(std::string_view line);
    tl::expected<void, TraceError> first(std::string_view line);
    tl::expected<void, TraceError> event(std::string_view line);
    tl::unexpected<TraceError> bad(std::string problem) const { return tl::unexpected{TraceError{line_, std::move(problem)}}; }

    Summary summary_;
    std::string rest_;  ///< of a line whose end has not come yet
    std::uint64_t line_ = 1;
    Next next_ = Next::Start;
    bool ended_ = false;
};

}  // namespace husk::trace
