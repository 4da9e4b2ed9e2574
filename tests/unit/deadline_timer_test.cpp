#include "base/deadline_timer.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace husk {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

class DeadlineTimerTest : public testing::Test {
protected:
    void wait_for_rings(int count)
    {
        while (rings_ < count) std::this_thread::yield();
    }

    std::atomic<int> rings_ = 0;
    DeadlineTimer timer_{[this] { ++rings_; }};
};

TEST_F(DeadlineTimerTest, RingsOnceForEachDeadline)
{
    timer_.set(steady_clock::now());
    wait_for_rings(1);
    timer_.set(steady_clock::now() + 1ms);
    wait_for_rings(2);
    std::this_thread::sleep_for(5ms);
    EXPECT_EQ(rings_, 2);
}

TEST_F(DeadlineTimerTest, AnEarlierOneIsNotWaitedFor)
{
    timer_.set(steady_clock::now() + 1h);
    timer_.set(steady_clock::now() + 1ms);
    wait_for_rings(1);
}

TEST_F(DeadlineTimerTest, WhatIsClearedDoesNotRing)
{
    for (int i = 0; i < 100; ++i) {
        timer_.set(steady_clock::now() + 1h);
        timer_.clear();
    }
    EXPECT_EQ(rings_, 0);
    timer_.set(DeadlineTimer::kNever);
    EXPECT_EQ(rings_, 0);
}

TEST_F(DeadlineTimerTest, WithoutADeadlineThereIsNothingToEnd)
{
    timer_.clear();
    EXPECT_EQ(rings_, 0);
}

}  // namespace
}  // namespace husk
