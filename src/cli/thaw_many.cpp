#include "cli/thaw_many.hpp"

#include "cli/exit_status.hpp"
#include "cli/progress.hpp"
#include "cli/signals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace husk::cli {

namespace {

/// Threads that share a number of thaws.
class Workers {
public:
    Workers(unsigned count, unsigned parallel) : count_{count}, results_{parallel} {}

    /// On each thread.
    void work(const std::function<std::unique_ptr<Thawer>()>& make)
    try {
        const auto thawer = make();
        while (CatchSignals::caught() == 0) {
            const std::uint64_t number = next_++;
            if (number > count_) return;
            add(thawer->thaw(static_cast<unsigned>(number)));
        }
    } catch (...) {
        next_ = std::uint64_t{count_} + 1;
        const std::lock_guard lock{mutex_};
        if (!failure_) failure_ = std::current_exception();
    }

    /// How many are done so far.
    unsigned done()
    {
        const std::lock_guard lock{mutex_};
        return results_.done();
    }

    /// When all threads are done. Throws what any of them did.
    ThawResults results()
    {
        if (failure_) std::rethrow_exception(failure_);
        results_.finish(std::chrono::steady_clock::now() - begin_, CatchSignals::caught());
        return std::move(results_);
    }

private:
    void add(ThawEnd end)
    {
        const std::lock_guard lock{mutex_};
        results_.add(std::move(end));
    }

    unsigned count_;
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
    std::atomic<std::uint64_t> next_{1};
    std::mutex mutex_;  ///< of all below
    ThawResults results_;
    std::exception_ptr failure_;
};

}  // namespace

void ThawResults::add(ThawEnd end)
{
    ++done_;
    ++statuses_[end.status];
    if (end.first_output) first_output_.add(*end.first_output);
    end_.add(end.end);
    if (end.status != kSuccess && (!first_bad_ || end.number < first_bad_->number)) first_bad_ = std::move(end);
}

void ThawResults::finish(std::chrono::nanoseconds took, int signal)
{
    took_ = took;
    signal_ = signal;
    first_output_.sort();
    end_.sort();
}

int ThawResults::status() const
{
    if (signal_ != 0) return kSignalled + signal_;
    return first_bad_ ? first_bad_->status : kSuccess;
}

std::string ThawResults::explain() const
{
    // It came between two of them.
    if (!first_bad_) return signal_ == 0 ? "" : fmt::format("cancelled after {} of them", done_);
    unsigned bad = 0;
    for (const auto& [status, count] : statuses_) bad += status == kSuccess ? 0 : count;
    return fmt::format("{} of {} did not end with status 0; the first of them, number {}: {}", bad, done_, first_bad_->number,
                       first_bad_->words);
}

std::string ThawResults::stats_text() const
{
    const double seconds = std::chrono::duration<double>{took_}.count();
    std::string text =
        fmt::format("{} thaws, {} at a time, in {}: {:.0f} a second\n", done_, parallel_, time_text(took_), done_ / seconds);
    if (end_.empty()) return text;
    text += latency_header();
    if (!first_output_.empty()) text += first_output_.row("first output");
    return text + end_.row("end") + "time to the end\n" + end_.histogram();
}

nlohmann::json ThawResults::to_json() const
{
    auto statuses = nlohmann::json::object();
    for (const auto& [status, count] : statuses_) statuses[std::to_string(status)] = count;
    nlohmann::json object{{"count", done_},
                          {"parallel", parallel_},
                          {"nanoseconds", took_.count()},
                          {"status", status()},
                          {"statuses", std::move(statuses)}};
    if (!first_output_.empty()) object["first_output"] = first_output_.to_json();
    if (!end_.empty()) object["end"] = end_.to_json();
    return object;
}

ThawResults thaw_on_threads(unsigned count, unsigned parallel, const std::function<std::unique_ptr<Thawer>()>& make)
{
    parallel = std::min(parallel, count);
    Workers workers{count, parallel};
    {
        const CatchSignals signals;
        const Progress progress{[&] { return fmt::format("{} of {} thaws done", workers.done(), count); }};
        std::vector<std::jthread> threads;
        for (unsigned i = 1; i < parallel; ++i) threads.emplace_back([&] { workers.work(make); });
        workers.work(make);
    }
    return workers.results();
}

}  // namespace husk::cli
