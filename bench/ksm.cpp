#include "ksm.hpp"

#include "proc.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <system_error>
#include <thread>

namespace husk::bench {
namespace {

constexpr const char* kRun = "/sys/kernel/mm/ksm/run";
constexpr const char* kFullScans = "/sys/kernel/mm/ksm/full_scans";
constexpr const char* kPagesSharing = "/sys/kernel/mm/ksm/pages_sharing";
constexpr std::int64_t kOn = 1;

bool set_run(std::int64_t value)
{
    std::ofstream file{kRun};
    file << value << std::flush;
    return file.good();
}

}  // namespace

std::optional<KsmRunning> KsmRunning::try_switch_on()
try {
    const std::int64_t before = number_in(kRun);
    if (before != kOn && !set_run(kOn)) return {};
    return KsmRunning{before};
} catch (const std::system_error&) {
    return {};
}

KsmRunning::KsmRunning(KsmRunning&& from) noexcept : before_{from.before_}
{
    from.before_.reset();
}

KsmRunning::~KsmRunning()
{
    if (before_ && *before_ != kOn && !set_run(*before_)) fmt::print(stderr, "could not set {} back to {}\n", kRun, *before_);
}

bool KsmRunning::wait_until_settled(std::chrono::seconds limit, bool (*interrupted)()) const
{
    constexpr std::int64_t kQuietScans = 2;
    const auto end = std::chrono::steady_clock::now() + limit;
    std::int64_t most = -1;
    std::int64_t grew_at = 0;  // in full scans
    while (!interrupted() && std::chrono::steady_clock::now() < end) {
        const std::int64_t scans = number_in(kFullScans);
        const std::int64_t sharing = number_in(kPagesSharing);
        if (sharing > most) {
            most = sharing;
            grew_at = scans;
            fmt::print(stderr, "KSM: {} pages sharing after {} full scans\n", sharing, scans);
        }
        // The scan under way when the last page was merged had seen part of memory before: it does not count.
        if (scans > grew_at + kQuietScans) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds{200});
    }
    return false;
}

}  // namespace husk::bench
