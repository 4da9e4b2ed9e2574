#include "cli/progress.hpp"

#include "base/quiet_thread.hpp"
#include "cli/print.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <utility>

namespace husk::cli {

namespace {

constexpr std::chrono::seconds kLong{2};
constexpr std::chrono::seconds kAgain{1};
constexpr auto kWipe = "\r\033[K";  // to the line's start, and erase to its end: ECMA-48, "EL"

}  // namespace

Progress::Progress(std::function<std::string()> line) : line_{std::move(line)}
{
    if (::isatty(STDERR_FILENO) == 0) return;
    teller_ = quiet_thread([this] { tell(); });
}

Progress::~Progress()
{
    if (!teller_.joinable()) return;
    {
        const std::lock_guard lock{mutex_};
        is_over_ = true;
    }
    over_.notify_one();
    teller_.join();
}

void Progress::tell()
{
    const auto begin = std::chrono::steady_clock::now();
    std::unique_lock lock{mutex_};
    if (over_.wait_for(lock, kLong, [this] { return is_over_; })) return;
    do {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - begin);
        complain(fmt::format("{}husk: {}, {} s", kWipe, line_(), seconds.count()));
    } while (!over_.wait_for(lock, kAgain, [this] { return is_over_; }));
    complain(kWipe);
}

}  // namespace husk::cli
