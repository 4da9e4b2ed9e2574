#pragma once

#include "program/process/call.hpp"
#include "program/space/user_memory.hpp"

#include <husk/address.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace husk::program {

class Space;

/// Where a program is to be frozen; nowhere, unless something is set. Before it runs.
struct FreezeWhere {
    bool asked = false;                   ///< at HUSK_FREEZE_HERE
    bool standard_input = false;          ///< before the first read of descriptor 0
    std::optional<std::uint64_t> call{};  ///< before the nth call of this number
    std::uint64_t nth = 1;
    std::optional<GuestVirt> instruction{};  ///< before this one is first executed
    std::optional<std::chrono::nanoseconds> after{};
};

/// Whether a program is being frozen: every thread then leaves the guest, between two instructions, and does not go on.
/// Thread-safe.
class Freezing {
public:
    /// Looks out for these places. Throws Error if the instruction cannot be marked.
    void prepare(const FreezeWhere& where, const Space& space);
    const FreezeWhere& where() const { return where_; }

    /// True if a thread that is about to make this call has come to the place. Counts it.
    bool reached_by(const Call& call);
    /// True if it may be reached by a call with this number, which must not be answered without Husk.
    bool counts(std::uint64_t number) const;
    /// True if the exception of a thread at `address` is Husk's own mark.
    bool is_marked(GuestVirt address) const { return marked_ && where_.instruction == address; }
    /// What is there in truth is there again. When no thread runs any more.
    void take_mark_away(const Space& space);

    /// Every thread is to leave. The caller interrupts them.
    void begin() { begun_ = true; }
    bool begun() const { return begun_.load(); }

private:
    FreezeWhere where_;
    std::atomic<bool> begun_{false};
    std::atomic<std::uint64_t> calls_{0};
    std::optional<std::byte> marked_;  ///< what is at `instruction` in truth
};

/// A call that waits for a time, and what was left of that when its thread was parked: made again, it waits no longer.
struct WaitLeft {
    Call call;
    std::uint64_t nanoseconds = 0;
};

/// What a thread's processor held when the thread left the guest to be frozen, beside Thread::user.
struct ParkedState {
    std::uint64_t fs_base = 0, gs_base = 0;
    std::vector<std::byte> vectors;
    std::string name;  ///< of the host's thread
};

}  // namespace husk::program
