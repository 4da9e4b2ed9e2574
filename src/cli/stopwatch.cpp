#include "cli/stopwatch.hpp"

#include "cli/latency.hpp"

#include <fmt/format.h>

#include <utility>

namespace husk::cli {

void Stopwatch::start()
{
    first_output_.reset();
    begin_ = std::chrono::steady_clock::now();
}

OutputSink Stopwatch::noting(OutputSink sink)
{
    return [this, sink = std::move(sink)](std::span<const std::byte> bytes) {
        if (!first_output_) first_output_ = std::chrono::steady_clock::now() - begin_;
        sink(bytes);
    };
}

std::string Stopwatch::text() const
{
    const std::string first = first_output_ ? fmt::format("first output after {}, ", time_text(*first_output_)) : "no output, ";
    return fmt::format("thawed: {}end after {}\n", first, time_text(end_));
}

nlohmann::json Stopwatch::to_json() const
{
    nlohmann::json object{{"end_ns", end_.count()}};
    if (first_output_) object["first_output_ns"] = first_output_->count();
    return object;
}

}  // namespace husk::cli
