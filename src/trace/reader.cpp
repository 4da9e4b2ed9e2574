#include "trace/reader.hpp"

#include "trace/writer.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace husk::trace {

namespace {

/// Husk writes no longer ones: text that a guest gives is cut.
constexpr std::size_t kLongestLine = std::size_t{1} << 20;
constexpr auto kForeign = "not a trace that Husk wrote (`--trace`)";

using Done = tl::expected<void, TraceError>;

std::string_view without(std::string_view line, char last)
{
    return line.ends_with(last) ? line.substr(0, line.size() - 1) : line;
}

}  // namespace

Done TraceReader::add(std::string_view piece)
{
    while (!piece.empty()) {
        const std::size_t end = piece.find('\n');
        const std::string_view part = piece.substr(0, end);
        if (part.size() > kLongestLine - std::min(rest_.size(), kLongestLine))
            return bad(fmt::format("longer than {} bytes: {}", kLongestLine, kForeign));
        rest_.append(part);
        if (end == std::string_view::npos) return {};
        if (auto done = take(rest_); !done) return done;
        rest_.clear();
        ++line_;
        piece.remove_prefix(end + 1);
    }
    return {};
}

Done TraceReader::take(std::string_view line)
{
    switch (next_) {
        case Next::Start:
            if (line != without(kFileStart, '\n')) return bad(kForeign);
            next_ = Next::First;
            return {};
        case Next::First: return first(without(line, ','));
        case Next::Event: return event(line);
        case Next::Nothing: break;
    }
    return line.empty() ? Done{} : bad("there is more behind the end");
}

Done TraceReader::first(std::string_view line)
{
    const auto parsed = parse_event(line);
    if (!parsed) return bad(fmt::format("{}: {}", kForeign, parsed.error()));
    if (parsed->name != kFirstEvent || !parsed->version) return bad(kForeign);
    if (*parsed->version != kVersion)
        return bad(fmt::format("a trace of version {}, and this Husk reads version {}", *parsed->version, kVersion));
    next_ = Next::Event;
    return {};
}

Done TraceReader::event(std::string_view line)
{
    if (line == "]") {
        next_ = Next::Nothing;
        ended_ = true;
        return {};
    }
    const auto parsed = parse_event(without(line, ','));
    if (!parsed) return bad(parsed.error());
    summary_.add(*parsed);
    return {};
}

Done TraceReader::finish()
{
    if (next_ == Next::Start && rest_ != without(kFileStart, '\n'))
        return bad(rest_.empty() ? "empty, or cut off before anything was written" : kForeign);
    if (next_ == Next::Start || next_ == Next::First) return bad("cut off before its first event, if it is a trace at all");
    if (next_ == Next::Nothing) return rest_.empty() ? Done{} : bad("there is more behind the end");
    // The last line of one that was cut off may be whole but for its end.
    if (rest_ == "]") {
        ended_ = true;
    } else if (const auto parsed = parse_event(without(rest_, ',')); parsed) {
        summary_.add(*parsed);
    }
    return {};
}

}  // namespace husk::trace
