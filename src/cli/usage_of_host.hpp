#pragma once

#include <cstdint>
#include <optional>

namespace husk::cli {

/// What this process took of the host.
struct HostUsage {
    std::uint64_t peak_kib = 0;                 ///< largest resident set so far, getrusage(2)
    std::optional<std::uint64_t> merged_pages;  ///< pages of ours that KSM merged, /proc/self/ksm_merging_pages
};

HostUsage usage_of_host();

}  // namespace husk::cli
