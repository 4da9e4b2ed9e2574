#include "cli/thaw_many.hpp"

#include "cli/exit_status.hpp"
#include "cli/progress.hpp"
#include "cli/signals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

namespace husk::cli {

void ManyThaws::run(const std::function<std::unique_ptr<Thawer>()>& make)
{
    const auto begin = std::chrono::steady_clock::now();
    {
        const CatchSignals signals;
        const Progress progress{[this] { return fmt::format("{} of {} thaws done", done_.load(), count_); }};
        std::vector<std::jthread> threads;
        for (unsigned i = 1; i < std::min(parallel_, count_); ++i) threads.emplace_back([&] { work(make); });
        work(make);
    }
    took_ = std::chrono::steady_clock::now() - begin;
    if (failure_) std::rethrow_exception(failure_);
    first_output_.sort();
    end_.sort();
}

void ManyThaws::work(const std::function<std::unique_ptr<Thawer>()>& make)
try {
    const auto thawer = make();
    while (CatchSignals::caught() == 0) {
        const unsigned number = next_++;
        if (number > count_) return;
        add(thawer->thaw(number));
    }
} catch (...) {
    next_ = count_ + 1;
    const std::lock_guard lock{mutex_};
    if (!failure_) failure_ = std::current_exception();
}

void ManyThaws::add(ThawEnd end)
{
    ++done_;
    const std::lock_guard lock{mutex_};
    ++statuses_[end.status];
    if (end.first_output) first_output_.add(*end.first_output);
    end_.add(end.end);
    if (end.status != kSuccess && (!first_bad_ || end.number < first_bad_->number)) first_bad_ = std::move(end);
}

int ManyThaws::status() const
{
    if (const int signal = CatchSignals::caught(); signal != 0) return kSignalled + signal;
    return first_bad_ ? first_bad_->status : kSuccess;
}

std::string ManyThaws::explain() const
{
    if (!first_bad_) return {};
    unsigned bad = 0;
    for (const auto& [status, count] : statuses_) bad += status == kSuccess ? 0 : count;
    return fmt::format("{} of {} did not end with status 0; the first of them, number {}: {}", bad, done_.load(),
                       first_bad_->number, first_bad_->words);
}

std::string ManyThaws::stats_text() const
{
    const double seconds = std::chrono::duration<double>{took_}.count();
    std::string text = fmt::format("{} thaws, {} at a time, in {}: {:.0f} a second\n", done_.load(), std::min(parallel_, count_),
                                   time_text(took_), done_.load() / seconds);
    if (end_.empty()) return text;
    text += latency_header();
    if (!first_output_.empty()) text += first_output_.row("first output");
    return text + end_.row("end") + "time to the end\n" + end_.histogram();
}

nlohmann::json ManyThaws::to_json() const
{
    auto statuses = nlohmann::json::object();
    for (const auto& [status, count] : statuses_) statuses[std::to_string(status)] = count;
    nlohmann::json object{{"count", done_.load()},
                          {"parallel", std::min(parallel_, count_)},
                          {"nanoseconds", took_.count()},
                          {"status", status()},
                          {"statuses", std::move(statuses)}};
    if (!first_output_.empty()) object["first_output"] = first_output_.to_json();
    if (!end_.empty()) object["end"] = end_.to_json();
    return object;
}

}  // namespace husk::cli
