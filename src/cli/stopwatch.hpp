#pragma once

#include <husk/device.hpp>

#include <nlohmann/json.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace husk::cli {

/// How long a guest takes to its first output and to its end. On one thread.
class Stopwatch {
public:
    void start();
    void stop() { end_ = std::chrono::steady_clock::now() - begin_; }

    /// `sink`, with the first use since start() noted.
    OutputSink noting(OutputSink sink);

    std::optional<std::chrono::nanoseconds> first_output() const { return first_output_; }
    std::chrono::nanoseconds end() const { return end_; }

    /// "first output after 1.02 ms, end after 1.10 ms"
    std::string text() const;
    /// first_output_ns, if there was any, and end_ns.
    nlohmann::json to_json() const;

private:
    std::chrono::steady_clock::time_point begin_;
    std::optional<std::chrono::nanoseconds> first_output_;
    std::chrono::nanoseconds end_{0};
};

}  // namespace husk::cli
