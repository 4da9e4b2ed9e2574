// The input is a trace file, or what somebody says is one. Whatever it is, it is summed up or refused with a line that it has, the same in
// pieces of any size; and what is summed up of its beginning is never more than of all of it.
#include "fuzz/check.hpp"
#include "trace/reader.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace husk::fuzz {
namespace {

using namespace trace;

struct Read {
    TraceReader reader;
    std::optional<TraceError> error;
};

Read read(std::string_view text, std::size_t piece)
{
    Read result;
    while (!text.empty()) {
        const std::string_view now = text.substr(0, piece);
        if (const auto done = result.reader.add(now); !done) {
            result.error = done.error();
            return result;
        }
        text.remove_prefix(now.size());
    }
    if (const auto done = result.reader.finish(); !done) result.error = done.error();
    return result;
}

void check_summary(const TraceReader& reader)
{
    const Summary& summary = reader.summary();
    std::uint64_t exits = 0;
    for (const auto& [cause, row] : sorted(summary.causes)) exits += row.count;
    std::uint64_t placed = 0;
    for (const auto& [place, row] : sorted(summary.places)) placed += row.count;
    std::uint64_t of_threads = 0;
    for (const auto& [place, thread] : summary.threads) of_threads += thread.exits;
    require(exits == placed && exits == of_threads, "every exit has a cause, a place and a thread");
    require(summary.guest.count() >= 0 && summary.host.count() >= 0, "no time is negative");
}

}  // namespace
}  // namespace husk::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace husk::fuzz;
    const std::string bytes{data, data + size};
    const std::string_view text{bytes};
    const Read whole = read(text, size + 1);
    const Read bytewise = read(text, 1);
    require(whole.error == bytewise.error, "what is wrong does not depend on the pieces");
    require(whole.reader.summary().events == bytewise.reader.summary().events, "what is there does not depend on the pieces");
    const auto lines = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')) + 1;
    if (whole.error) require(whole.error->line >= 1 && whole.error->line <= lines, "the line is one of the file's");
    check_summary(whole.reader);
    const Read half = read(text.substr(0, size / 2), size + 1);
    require(whole.error || half.reader.summary().events <= whole.reader.summary().events, "its beginning has no more than it all");
    return 0;
}
