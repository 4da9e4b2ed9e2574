#pragma once

#include "floor/fork.h"
#include "interleave.hpp"
#include "side.hpp"

#include <memory>

/// Thawing, and going back to where a guest was frozen, by Husk and by the floor.
namespace husk::bench {

/// bench_calls, frozen where it is ready for calls that write to so many pages, with as much memory.
class FrozenCalls {
public:
    FrozenCalls(std::uint64_t memory, std::uint64_t pages);
    ~FrozenCalls();
    FrozenCalls(const FrozenCalls&) = delete;
    FrozenCalls& operator=(const FrozenCalls&) = delete;

    /// Another guest, and its first call; what is left of it is put away when nobody counts.
    Nanoseconds first_call_on_husk();
    Nanoseconds first_call_on_floor();

    /// A call, and back to before it; only the second counts. The guest has made such a call before.
    Nanoseconds reset_on_husk();
    /// The pages copied back by one pread(), as if somebody knew which.
    Nanoseconds reset_on_floor();

    const Frozen& frozen() const { return *frozen_; }

private:
    fork_origin origin() const;

    std::uint64_t memory_;
    std::uint64_t pages_;
    int kvm_;
    std::optional<Frozen> frozen_;
    std::optional<Machine> warm_;
    std::optional<fork_vm> warm_floor_;
};

}  // namespace husk::bench
