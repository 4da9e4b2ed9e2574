#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace husk {

struct PoolLimits {
    std::size_t most = 8;  ///< guests at a time, warm or in use; whoever wants one more waits
    std::size_t warm = 8;  ///< of them kept ready when nobody uses them; at most `most`
};

/// What a pool has done so far, and how it stands.
struct PoolMetrics {
    std::size_t in_use = 0;
    std::size_t warm = 0;
    std::size_t waiting = 0;             ///< threads that wait for a guest
    std::uint64_t taken = 0;             ///< times that take() gave one
    std::uint64_t made = 0;              ///< guests that had to be made
    std::uint64_t resets = 0;            ///< guests put back to the frozen state after use
    std::uint64_t dropped = 0;           ///< guests that could not be reset, or of which enough are warm
    std::uint64_t timeouts = 0;          ///< times that take() gave none
    std::chrono::nanoseconds waited{0};  ///< by all who took one
    bool operator==(const PoolMetrics&) const = default;
};

/// Warm guests of one kind, to be had for the time of a request: made when there is none, reset when they come back. Thread-safe.
///
///     husk::Pool<husk::Machine> pool{[&] { return frozen.thaw(); }, [&](husk::Machine& used) { frozen.reset(used); }};
///     auto guest = pool.take(std::chrono::seconds{1});
///     if (guest) (*guest)->run();
///
/// What was taken must be given back before the pool goes.
template <typename Guest>
class Pool {
public:
    using Make = std::function<Guest()>;
    using Reset = std::function<void(Guest&)>;

    /// A guest for as long as it lives; then it is reset, on this thread, and warm again.
    class Lease {
    public:
        Lease(Lease&& other) noexcept : pool_{std::exchange(other.pool_, nullptr)}, guest_{std::move(other.guest_)} {}
        Lease& operator=(Lease&&) = delete;
        ~Lease()
        {
            if (pool_ != nullptr) pool_->give_back(std::move(guest_));
        }

        Guest& operator*() const { return *guest_; }
        Guest* operator->() const { return guest_.get(); }

        /// It is not to be used again: the pool makes another in its place.
        void discard() { guest_.reset(); }

    private:
        friend class Pool;
        Lease(Pool& pool, std::unique_ptr<Guest> guest) : pool_{&pool}, guest_{std::move(guest)} {}

        Pool* pool_;
        std::unique_ptr<Guest> guest_;
    };

    /// Both are called without a lock held, on the threads that take and give back. Throws std::invalid_argument for limits of
    /// which none could be taken.
    Pool(Make make, Reset reset, PoolLimits limits = {}) : make_{std::move(make)}, reset_{std::move(reset)}, limits_{limits}
    {
        if (!make_ || !reset_) throw std::invalid_argument{"a pool must know how to make and how to reset a guest"};
        if (limits.most == 0 || limits.warm > limits.most)
            throw std::invalid_argument{"a pool holds at least one guest, and keeps at most those warm that it holds"};
    }
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    /// Makes guests until so many are warm as the limits say. Throws what `make` throws.
    void warm_up()
    {
        for (;;) {
            {
                const std::lock_guard lock{mutex_};
                if (warm_.size() >= limits_.warm || warm_.size() + busy_ >= limits_.most) return;
                ++busy_;
            }
            settle(made());
        }
    }

    /// A guest in the frozen state: a warm one, or a new one; waits for one to come back if there are as many as may be, at most
    /// `timeout`, and gives nothing if that passes. Throws what `make` throws.
    std::optional<Lease> take(std::chrono::nanoseconds timeout = std::chrono::nanoseconds::max())
    {
        std::unique_lock lock{mutex_};
        const auto begin = std::chrono::steady_clock::now();
        if (!wait_for_room(lock, begin, timeout)) {
            ++metrics_.timeouts;
            return std::nullopt;
        }
        metrics_.waited += std::chrono::steady_clock::now() - begin;
        ++metrics_.taken;
        ++busy_;
        if (warm_.empty()) {
            lock.unlock();
            return Lease{*this, made()};
        }
        Lease lease{*this, std::move(warm_.back())};
        warm_.pop_back();
        return lease;
    }

    PoolMetrics metrics() const
    {
        const std::lock_guard lock{mutex_};
        PoolMetrics now = metrics_;
        now.in_use = busy_;
        now.warm = warm_.size();
        return now;
    }

private:
    bool wait_for_room(std::unique_lock<std::mutex>& lock, std::chrono::steady_clock::time_point begin,
                       std::chrono::nanoseconds timeout)
    {
        const auto room = [this] { return !warm_.empty() || warm_.size() + busy_ < limits_.most; };
        if (room()) return true;
        ++metrics_.waiting;
        const bool forever = timeout > std::chrono::steady_clock::time_point::max() - begin;
        const bool got = forever ? (returned_.wait(lock, room), true) : returned_.wait_until(lock, begin + timeout, room);
        --metrics_.waiting;
        return got;
    }

    /// Its place is taken already, and is free again if it cannot be made.
    std::unique_ptr<Guest> made()
    {
        try {
            auto guest = std::make_unique<Guest>(make_());
            const std::lock_guard lock{mutex_};
            ++metrics_.made;
            return guest;
        } catch (...) {
            settle(nullptr);
            throw;
        }
    }

    void give_back(std::unique_ptr<Guest> guest) noexcept
    {
        bool reset = false;
        try {
            if (guest) {
                reset_(*guest);
                reset = true;
            }
        } catch (...) {
            // A guest that cannot be made as new is not used again.
            guest.reset();
        }
        {
            const std::lock_guard lock{mutex_};
            if (reset)
                ++metrics_.resets;
            else
                ++metrics_.dropped;
        }
        settle(std::move(guest));
    }

    /// One that was busy is warm now, or there is none any more.
    void settle(std::unique_ptr<Guest> guest) noexcept
    {
        {
            const std::lock_guard lock{mutex_};
            --busy_;
            if (guest && warm_.size() < limits_.warm)
                warm_.push_back(std::move(guest));
            else if (guest)
                ++metrics_.dropped;
        }
        returned_.notify_one();
        // What is left of it goes without the lock: a machine takes a while to be unmade.
    }

    const Make make_;
    const Reset reset_;
    const PoolLimits limits_;
    mutable std::mutex mutex_;
    std::condition_variable returned_;
    std::vector<std::unique_ptr<Guest>> warm_;
    std::size_t busy_ = 0;  ///< in use, or being made
    PoolMetrics metrics_;
};

}  // namespace husk
