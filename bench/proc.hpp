#pragma once

#include <cstdint>
#include <string>

/// What the kernel tells about this process's memory.
namespace husk::bench {

/// The sums of /proc/self/smaps_rollup, in KiB.
struct Resident {
    std::int64_t rss = 0;  ///< pages present, each counted in full
    std::int64_t pss = 0;  ///< pages present, each divided by how often it is mapped
    std::int64_t own = 0;  ///< pages present that nobody else maps
};

Resident resident_now();

/// Pages of this process that KSM has merged, as pages mapped: the copies and the ones kept.
std::int64_t merged_pages();

/// The number a one-line file of /proc or /sys holds. Throws std::system_error.
std::int64_t number_in(const std::string& path);

}  // namespace husk::bench
