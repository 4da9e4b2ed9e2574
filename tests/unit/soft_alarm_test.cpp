#include "engine/soft/alarm.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace husk::soft {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

TEST(SoftAlarm, KickIsTakenOnce)
{
    int stops = 0;
    Alarm alarm{[&] { ++stops; }};
    EXPECT_FALSE(alarm.take());
    alarm.kick();
    EXPECT_EQ(stops, 1);
    EXPECT_TRUE(alarm.wanted());
    EXPECT_TRUE(alarm.take());
    EXPECT_FALSE(alarm.wanted());
    EXPECT_FALSE(alarm.take());
}

TEST(SoftAlarm, ExpiredDeadlineStaysUntilLeave)
{
    std::atomic<int> stops = 0;
    Alarm alarm{[&] { ++stops; }};
    alarm.enter(steady_clock::now() + 5ms);
    while (!alarm.wanted()) std::this_thread::yield();
    EXPECT_TRUE(alarm.take());
    EXPECT_TRUE(alarm.take());
    EXPECT_TRUE(alarm.wanted());
    alarm.leave();
    EXPECT_FALSE(alarm.wanted());
    EXPECT_FALSE(alarm.take());
}

TEST(SoftAlarm, LeavingInTimeRingsNever)
{
    std::atomic<int> stops = 0;
    Alarm alarm{[&] { ++stops; }};
    for (int i = 0; i < 100; ++i) {
        alarm.enter(steady_clock::now() + 1s);
        alarm.leave();
    }
    alarm.enter(steady_clock::now() + 5ms);
    alarm.leave();
    std::this_thread::sleep_for(20ms);
    EXPECT_EQ(stops, 0);
}

TEST(SoftAlarm, EarlierDeadlineReplacesALaterOne)
{
    std::atomic<int> stops = 0;
    Alarm alarm{[&] { ++stops; }};
    alarm.enter(steady_clock::now() + 1h);
    std::this_thread::sleep_for(5ms);
    alarm.leave();
    alarm.enter(steady_clock::now() + 5ms);
    while (stops == 0) std::this_thread::yield();
    alarm.leave();
}

TEST(SoftAlarm, KickSurvivesLeaving)
{
    Alarm alarm{[] {}};
    alarm.enter(steady_clock::now());
    while (!alarm.wanted()) std::this_thread::yield();
    alarm.kick();
    alarm.leave();
    EXPECT_TRUE(alarm.take());
}

}  // namespace
}  // namespace husk::soft
