#pragma once

#include "program/host/call.hpp"

#include <husk/program.hpp>

#include <sys/resource.h>

#include <array>
#include <cstddef>
#include <mutex>
#include <optional>

namespace husk::program {

/// The limits that getrlimit shows and setrlimit sets. They are the guest's own and never set on Husk's process. RLIMIT_NOFILE and
/// RLIMIT_FSIZE hold; RLIMIT_AS and RLIMIT_CPU begin as what ProgramLimits enforces, and change nothing when set; all others are
/// only remembered. What ProgramLimits says nothing of begins as the host's, which is asked when it is looked at. Thread-safe.
class ResourceLimits {
public:
    /// `descriptor_line`: RLIMIT_NOFILE is never more.
    ResourceLimits(const ProgramLimits& limits, int descriptor_line);

    /// −EINVAL if there is no such resource.
    Result get(unsigned resource, rlimit& value) const;
    /// −EINVAL, or −EPERM if the hard limit would rise: also for root, whose right to raise it Husk does not lend.
    Result set(unsigned resource, const rlimit& value);

    /// Neither is more than that of `most`, now or when the host is asked.
    void lower(unsigned resource, const rlimit& most);

    /// Descriptors have numbers below.
    int descriptors() const;
    /// Bytes that a file may have, or RLIM_INFINITY.
    std::uint64_t file_size() const;

    /// Held while a file grows, if there is a limit: between the look at its size and the write.
    std::mutex growing;

private:
    rlimit& at(std::size_t resource) const;

    mutable std::mutex mutex_;
    mutable std::array<std::optional<rlimit>, RLIM_NLIMITS> limits_{};
    std::array<std::optional<rlimit>, RLIM_NLIMITS> most_{};  ///< what lower() said before the host was asked
};

}  // namespace husk::program
