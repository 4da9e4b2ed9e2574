// A pool of guests, with numbers for guests: who gets which, who waits, and what goes wrong.
#include <husk/pool.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <latch>
#include <thread>

namespace husk {
namespace {

using namespace std::chrono_literals;

/// Guests are numbered as they are made; a used one is negative until it is reset.
class PoolTest : public testing::Test {
protected:
    using Numbers = Pool<int>;

    int make()
    {
        if (refuse_.load()) throw std::runtime_error{"no more"};
        return ++made_;
    }
    void reset(int& guest)
    {
        if (break_.load()) throw std::runtime_error{"broken"};
        guest = guest < 0 ? -guest : guest;
    }
    std::unique_ptr<Numbers> pool(PoolLimits limits = {})
    {
        return std::make_unique<Numbers>([this] { return make(); }, [this](int& guest) { reset(guest); }, limits);
    }

    std::atomic<int> made_{0};
    std::atomic<bool> refuse_{false}, break_{false};
};

TEST_F(PoolTest, AGuestIsMadeOnceAndUsedAgain)
{
    const auto numbers = pool();
    for (int i = 0; i < 3; ++i) {
        const auto guest = numbers->take();
        ASSERT_TRUE(guest);
        EXPECT_EQ(**guest, 1) << "reset";
        **guest = -**guest;
    }
    EXPECT_EQ(numbers->metrics(),
              (PoolMetrics{.warm = 1, .taken = 3, .made = 1, .resets = 3, .waited = numbers->metrics().waited}));
}

TEST_F(PoolTest, WhoWantsMoreThanThereMayBeWaits)
{
    const auto numbers = pool({.most = 1, .warm = 1});
    auto first = std::make_unique<Numbers::Lease>(*numbers->take());
    EXPECT_FALSE(numbers->take(0ns));
    EXPECT_FALSE(numbers->take(1ms));
    EXPECT_EQ(numbers->metrics().timeouts, 2u);
    std::thread other{[&] {
        const auto guest = numbers->take();
        ASSERT_TRUE(guest);
        EXPECT_EQ(**guest, 1);
    }};
    while (numbers->metrics().waiting == 0) std::this_thread::yield();
    first.reset();
    other.join();
    EXPECT_EQ(numbers->metrics().made, 1u);
}

TEST_F(PoolTest, OnlySoManyAreKeptWarm)
{
    const auto numbers = pool({.most = 3, .warm = 1});
    {
        const auto one = numbers->take(), two = numbers->take(), three = numbers->take();
        EXPECT_EQ(numbers->metrics().in_use, 3u);
    }
    EXPECT_EQ(numbers->metrics().warm, 1u);
    EXPECT_EQ(numbers->metrics().dropped, 2u);
}

TEST_F(PoolTest, WarmUpMakesThemBeforeTheyAreWanted)
{
    const auto numbers = pool({.most = 4, .warm = 3});
    numbers->warm_up();
    EXPECT_EQ(numbers->metrics().warm, 3u);
    const auto held = numbers->take();
    numbers->warm_up();
    EXPECT_EQ(numbers->metrics().warm, 3u);
    EXPECT_EQ(numbers->metrics().made, 4u);
}

TEST_F(PoolTest, OneThatCannotBeResetIsNotUsedAgain)
{
    const auto numbers = pool({.most = 1, .warm = 1});
    break_ = true;
    numbers->take();
    break_ = false;
    EXPECT_EQ(**numbers->take(), 2);
    EXPECT_EQ(numbers->metrics().dropped, 1u);
}

TEST_F(PoolTest, OneThatIsDiscardedIsNotUsedAgain)
{
    const auto numbers = pool({.most = 1, .warm = 1});
    numbers->take()->discard();
    EXPECT_EQ(**numbers->take(), 2);
}

TEST_F(PoolTest, OneThatCannotBeMadeTakesNoPlace)
{
    const auto numbers = pool({.most = 1, .warm = 1});
    refuse_ = true;
    EXPECT_THROW(numbers->take(), std::runtime_error);
    EXPECT_THROW(numbers->warm_up(), std::runtime_error);
    EXPECT_EQ(numbers->metrics().in_use, 0u);
    refuse_ = false;
    EXPECT_TRUE(numbers->take(0ns));
}

TEST_F(PoolTest, LimitsThatMakeNoSenseAreRefused)
{
    EXPECT_THROW(pool({.most = 0, .warm = 0}), std::invalid_argument);
    EXPECT_THROW(pool({.most = 1, .warm = 2}), std::invalid_argument);
    EXPECT_THROW((Numbers{nullptr, [](int&) {}}), std::invalid_argument);
    EXPECT_THROW((Numbers{[] { return 0; }, nullptr}), std::invalid_argument);
}

TEST_F(PoolTest, NoTwoThreadsHaveTheSameGuest)
{
    constexpr std::size_t kMost = 3;
    constexpr int kThreads = 6, kRounds = 200;
    const auto numbers = pool({.most = kMost, .warm = 2});
    std::array<std::atomic<int>, kThreads * kRounds + 1> users{};
    std::latch start{kThreads};
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i)
        threads.emplace_back([&] {
            start.arrive_and_wait();
            for (int round = 0; round < kRounds; ++round) {
                const auto guest = numbers->take();
                auto& here = users.at(static_cast<std::size_t>(**guest));
                EXPECT_EQ(here.fetch_add(1), 0);
                EXPECT_LE(numbers->metrics().in_use, kMost);
                here.fetch_sub(1);
            }
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(numbers->metrics().taken, static_cast<std::uint64_t>(kThreads) * kRounds);
    EXPECT_EQ(numbers->metrics().in_use, 0u);
}

}  // namespace
}  // namespace husk
