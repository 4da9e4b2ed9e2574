#include "program/calls/arguments.hpp"
#include "program/calls/groups.hpp"
#include "program/calls/waiting.hpp"

#include <poll.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <vector>

// poll and select. Sets of descriptors are copied, so that no other thread of the guest's can put one of Husk's among them after
// they were looked at. But for poll they are made as ppoll and pselect6, which tell what is left of the time.
namespace husk::program {

namespace {

/// A limit as the guest's memory has it; null: none.
tl::expected<std::optional<timespec>, Result> time_at(Thread& thread, GuestVirt at)
{
    if (at.value == 0) return std::optional<timespec>{};
    const auto time = thread.process.memory.get<timespec>(at);
    if (!time) return tl::unexpected{Result{-EFAULT}};
    if (!valid(*time)) return tl::unexpected{Result{-EINVAL}};
    return time;
}

/// What poll has found, where it differs from what is there. Other threads may change the rest of the array meanwhile.
Result tell(Thread& thread, GuestVirt at, const std::vector<pollfd>& before, const std::vector<pollfd>& after)
{
    for (std::size_t i = 0; i < after.size(); ++i) {
        if (after[i].revents == before[i].revents) continue;
        const GuestVirt field{at.value + i * sizeof(pollfd) + offsetof(pollfd, revents)};
        if (!thread.process.memory.put(field, after[i].revents)) return -EFAULT;
    }
    return 0;
}

/// `attempt` makes the call on a copy of the array.
template <typename Attempt>
Result poll_by(Thread& thread, const Call& call, std::optional<SignalSet> mask, Attempt attempt)
{
    const auto count = static_cast<unsigned>(call.integer(1));
    if (count > static_cast<unsigned>(thread.process.descriptor_line)) return -EINVAL;
    const auto asked = thread.process.memory.get_array<pollfd>(call.address(0), count);
    if (!asked) return -EFAULT;
    auto polled = *asked;
    // A number that cannot be open is what one of Husk's is to a guest: POLLNVAL. A negative one is skipped.
    for (pollfd& each : polled)
        if (each.fd >= thread.process.descriptor_line) each.fd = std::numeric_limits<int>::max();
    use_mask(thread, mask);
    const Result result = wait(thread, [&] { return attempt(polled); });
    if (failed(result)) return result;
    const Result told = tell(thread, call.address(0), *asked, polled);
    return told != 0 ? told : result;
}

/// poll(fds, count, milliseconds). Not made as ppoll: poll's time runs on while the process is stopped, and that one's does not.
Result poll_milliseconds(Thread& thread, const Call& call)
{
    constexpr int kMilliseconds = 1000;
    constexpr long kNanoseconds = 1'000'000;
    const int time = call.integer(2);
    std::optional<timespec> limit;
    if (time >= 0) limit = timespec{.tv_sec = time / kMilliseconds, .tv_nsec = time % kMilliseconds * kNanoseconds};
    const TimeLeft left{limit_of(thread, call, limit)};
    const Result result = poll_by(thread, call, std::nullopt, [&](std::vector<pollfd>& polled) {
        return thread.interruptible(SYS_poll, polled.data(), polled.size(), left.milliseconds());
    });
    return keep_left(thread, call, result, left.left());
}

/// ppoll(fds, count, timespec *, mask *, size of mask)
Result poll_masked(Thread& thread, const Call& call)
{
    auto limit = time_at(thread, call.address(2));
    if (!limit) return limit.error();
    const auto mask = mask_at(thread, call.address(3), call.word(4));
    if (!mask) return mask.error();
    const Result result = poll_by(thread, call, *mask, [&](std::vector<pollfd>& polled) {
        return thread.interruptible(SYS_ppoll, polled.data(), polled.size(), *limit ? &**limit : nullptr, 0, SignalSet::kSize);
    });
    // What is left is told if it can be: select(2), "BUGS"; memory that cannot be written is no error.
    if (*limit) static_cast<void>(thread.process.memory.put(call.address(2), **limit));
    return result;
}

/// A set of descriptors of select's, in whole words of the kernel's.
class DescriptorSet {
public:
    /// Bits of descriptors below `count`; null: no set.
    static tl::expected<DescriptorSet, Result> copy(Thread& thread, GuestVirt at, int count)
    {
        DescriptorSet set;
        set.at_ = at;
        if (at.value == 0) return set;
        const auto words = (static_cast<std::size_t>(count) + kBits - 1) / kBits;
        auto bits = thread.process.memory.get_array<std::uint64_t>(at, words);
        if (!bits) return tl::unexpected{Result{-EFAULT}};
        set.bits_ = std::move(*bits);
        set.bits_.resize(words + 1);  // so that there is an address, even of nothing
        return set;
    }
    /// For the host; it changes them. Null if there is no set.
    std::uint64_t* bits() { return at_.value == 0 ? nullptr : bits_.data(); }
    bool tell(Thread& thread) const
    {
        return at_.value == 0 || thread.process.memory.write(at_, std::as_bytes(std::span{bits_}.first(bits_.size() - 1)));
    }

private:
    static constexpr std::size_t kBits = 64;
    GuestVirt at_;
    std::vector<std::uint64_t> bits_;
};

/// select's first four arguments. `limit` is what is left of it afterwards.
Result select_for(Thread& thread, const Call& call, std::optional<timespec>& limit, std::optional<SignalSet> mask)
{
    if (call.integer(0) < 0) return -EINVAL;
    // As the kernel ignores what is beyond a process's table: here it ends at the line.
    const int count = std::min(call.integer(0), thread.process.descriptor_line);
    std::array<DescriptorSet, 3> sets;
    for (std::size_t i = 0; i < sets.size(); ++i) {
        auto set = DescriptorSet::copy(thread, call.address(i + 1), count);
        if (!set) return set.error();
        sets[i] = std::move(*set);
    }
    auto asked = sets;
    use_mask(thread, mask);
    const Result result = wait(thread, [&] {
        asked = sets;
        return thread.interruptible(SYS_pselect6, count, asked[0].bits(), asked[1].bits(), asked[2].bits(),
                                    limit ? &*limit : nullptr, 0);
    });
    if (failed(result)) return result;
    const bool told = std::ranges::all_of(asked, [&](const DescriptorSet& set) { return set.tell(thread); });
    return told ? result : -EFAULT;
}

/// select(count, read, write, except, timeval *)
Result select_microseconds(Thread& thread, const Call& call)
{
    constexpr long kMicroseconds = 1'000'000;
    constexpr long kNanoseconds = 1000;
    std::optional<timespec> limit;
    if (call.address(4).value != 0) {
        const auto time = thread.process.memory.get<timeval>(call.address(4));
        if (!time) return -EFAULT;
        // More microseconds than a second has are seconds, to select(2) alone.
        if (time->tv_sec < 0 || time->tv_usec < 0) return -EINVAL;
        const timespec carried{.tv_sec = time->tv_usec / kMicroseconds, .tv_nsec = time->tv_usec % kMicroseconds * kNanoseconds};
        limit = carried;
        if (__builtin_add_overflow(time->tv_sec, carried.tv_sec, &limit->tv_sec))
            limit->tv_sec = std::numeric_limits<time_t>::max();
    }
    const Result result = select_for(thread, call, limit, std::nullopt);
    if (limit) {
        const timeval left{.tv_sec = limit->tv_sec, .tv_usec = limit->tv_nsec / kNanoseconds};
        static_cast<void>(thread.process.memory.put(call.address(4), left));
    }
    return result;
}

/// pselect6(count, read, write, except, timespec *, {mask *, size of mask} *)
Result select_masked(Thread& thread, const Call& call)
{
    struct MaskAndSize {
        GuestVirt at;
        std::uint64_t size;
    };
    MaskAndSize given{};
    if (call.address(5).value != 0) {
        const auto copied = thread.process.memory.get<MaskAndSize>(call.address(5));
        if (!copied) return -EFAULT;
        given = *copied;
    }
    auto limit = time_at(thread, call.address(4));
    if (!limit) return limit.error();
    const auto mask = mask_at(thread, given.at, given.size);
    if (!mask) return mask.error();
    const Result result = select_for(thread, call, *limit, *mask);
    if (*limit) static_cast<void>(thread.process.memory.put(call.address(4), **limit));
    return result;
}

constexpr auto kCalls = std::to_array<Served>({
    {SYS_poll, poll_milliseconds},
    {SYS_ppoll, poll_masked},
    {SYS_select, select_microseconds},
    {SYS_pselect6, select_masked},
});

}  // namespace

std::span<const Served> polling_calls()
{
    return kCalls;
}

}  // namespace husk::program
