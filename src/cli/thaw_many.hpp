#pragma once

#include "cli/latency.hpp"

#include <nlohmann/json.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace husk::cli {

/// How one of many thaws went.
struct ThawEnd {
    unsigned number = 0;  ///< from 1
    int status = 0;
    std::string words;                                     ///< how it ended
    std::optional<std::chrono::nanoseconds> first_output;  ///< since its thaw began; nothing if there was none
    std::chrono::nanoseconds end{0};                       ///< the same of its end
};

/// Thaws one guest after another on a thread of its own.
class Thawer {
public:
    virtual ~Thawer() = default;
    /// Thaws the guest of that number and runs it to its end. Throws Error.
    virtual ThawEnd thaw(unsigned number) = 0;

protected:
    Thawer() = default;
    Thawer(const Thawer&) = default;
    Thawer(Thawer&&) = default;
    Thawer& operator=(const Thawer&) = default;
    Thawer& operator=(Thawer&&) = default;
};

/// Many thaws of one frozen guest, several at a time.
class ManyThaws {
public:
    ManyThaws(unsigned count, unsigned parallel) : count_{count}, parallel_{parallel} {}

    /// Runs them all, unless a signal comes before. `make` is called on the thread that the thawer is for. Throws what a thawer
    /// does, when the others are done with what they are at.
    void run(const std::function<std::unique_ptr<Thawer>()>& make);

    /// 0 if all ended so; otherwise the signal's, or that of the first that did not.
    int status() const;
    /// In a line, how the first ended that did not end with 0, and how many there were; empty if all did.
    std::string explain() const;
    /// What --stats prints.
    std::string stats_text() const;
    nlohmann::json to_json() const;

private:
    void work(const std::function<std::unique_ptr<Thawer>()>& make);
    void add(ThawEnd end);

    unsigned count_;
    unsigned parallel_;
    std::atomic<unsigned> next_{1};
    std::atomic<unsigned> done_{0};
    std::mutex mutex_;  ///< of all below
    std::exception_ptr failure_;
    std::map<int, unsigned> statuses_;  ///< how many ended with each
    std::optional<ThawEnd> first_bad_;
    Latencies first_output_;
    Latencies end_;
    std::chrono::nanoseconds took_{0};
};

}  // namespace husk::cli
