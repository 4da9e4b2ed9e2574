#pragma once

#include "cli/latency.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
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

/// What became of many thaws.
class ThawResults {
public:
    explicit ThawResults(unsigned parallel) : parallel_{parallel} {}

    void add(ThawEnd end);
    /// All are done, or as many as will be: after so long, and by this signal, or 0.
    void finish(std::chrono::nanoseconds took, int signal);

    unsigned done() const { return done_; }
    /// 0 if all ended so; otherwise the signal's, or that of the first that did not.
    int status() const;
    /// In a line, how the first ended that did not end with 0, and how many there were; empty if all did.
    std::string explain() const;
    /// What --stats prints.
    std::string stats_text() const;
    nlohmann::json to_json() const;

private:
    unsigned parallel_;
    unsigned done_ = 0;
    std::map<int, unsigned> statuses_;  ///< how many ended with each
    std::optional<ThawEnd> first_bad_;
    Latencies first_output_;
    Latencies end_;
    std::chrono::nanoseconds took_{0};
    int signal_ = 0;
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

/// Thaws from 1 to `count`, on `parallel` threads, unless a signal comes before. `make` is called on the thread that the thawer is
/// for. Throws what a thawer does, when the others are done with what they are at.
ThawResults thaw_on_threads(unsigned count, unsigned parallel, const std::function<std::unique_ptr<Thawer>()>& make);

}  // namespace husk::cli
