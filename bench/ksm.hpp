#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

/// KSM, the kernel's merging of equal pages, switched on for a while. Linux, Documentation/admin-guide/mm/ksm.rst.
namespace husk::bench {

/// /sys/kernel/mm/ksm/run is 1 for as long as this lives, and then again what it was.
class KsmRunning {
public:
    /// Nothing if this host has no KSM or does not let this process switch it on.
    static std::optional<KsmRunning> try_switch_on();

    KsmRunning(KsmRunning&& from) noexcept;
    KsmRunning& operator=(KsmRunning&&) = delete;
    ~KsmRunning();

    /// Until pages_sharing has not grown for two full scans, or `limit` has passed, or `interrupted` says so. Tells its progress
    /// on stderr. Returns whether it got to the end.
    bool wait_until_settled(std::chrono::seconds limit, bool (*interrupted)()) const;

private:
    explicit KsmRunning(std::int64_t before) : before_{before} {}
    std::optional<std::int64_t> before_;  ///< what to restore; empty once moved from
};

}  // namespace husk::bench
