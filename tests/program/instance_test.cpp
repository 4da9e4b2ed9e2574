// Functions of frozen programs, called from here: what they get, what they give back, what they may do, and how they are undone.
#include "program/frozen_guest.hpp"

#include "base/unique_fd.hpp"

#include <husk/error.hpp>
#include <husk/instance.hpp>
#include <husk/pool.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace husk::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

std::span<const std::byte> bytes_of(const std::string& text)
{
    return std::as_bytes(std::span{text.data(), text.size() + 1});
}

class Instances : public FrozenGuest {
protected:
    /// One for all tests of a lane: freezing takes longer than calling.
    const FrozenProgram& functions()
    {
        static const FrozenProgram frozen = freeze(guest("functions"), freeze_points::Asked{});
        return frozen;
    }
    Instance instance(ProgramConfig how) { return Instance{functions(), std::move(how)}; }
    Instance instance() { return instance(config()); }

    static std::int64_t value(const tl::expected<std::int64_t, ProgramStop>& result)
    {
        EXPECT_TRUE(result) << (result ? "" : husk::describe(result.error()));
        return result.value_or(-1);
    }
};

TEST_F(Instances, IntegersArriveInOrder)
{
    Instance guest = instance();
    EXPECT_EQ(value(guest.call<std::int64_t>("add_six", 1, 2, 3, 4, 5, 6)), 654321);
    EXPECT_EQ(value(guest.call<std::int64_t>("add_nine", 1, 2, 3, 4, 5, 6, 7, 8, 9)), 987654321);
    EXPECT_EQ(value(guest.call<std::int64_t>("add_six", -1, 0, 0, 0, 0, 0)), -1);
}

TEST_F(Instances, DoublesArriveInOrder)
{
    Instance guest = instance();
    EXPECT_EQ(guest.call<double>("mix", 2, 1.5, 3, 0.25), 3.75);
    EXPECT_EQ(guest.call<double>("ten_doubles", 1., 2., 3., 4., 5., 6., 7., 8., 9., 10.), 1126.);
}

TEST_F(Instances, BytesGoInAndComeBack)
{
    Instance guest = instance();
    std::string text = "0123456789";
    EXPECT_EQ(value(guest.call<std::int64_t>("sum_bytes", In{std::as_bytes(std::span{text})}, text.size())), 525);
    ASSERT_TRUE(guest.call<void>("reverse", InOut{std::as_writable_bytes(std::span{text})}, text.size()));
    EXPECT_EQ(text, "9876543210");
    const std::vector<std::byte> large(1_MiB, std::byte{1});
    EXPECT_EQ(value(guest.call<std::int64_t>("sum_bytes", In{large}, large.size())), 1 << 20);
    EXPECT_EQ(value(guest.call<std::int64_t>("sum_bytes", In{}, 0)), 0);
}

TEST_F(Instances, AFunctionUsesItsLibrary)
{
    Instance guest = instance();
    std::array<char, 64> text{};
    const auto size =
        value(guest.call<std::int64_t>("formatted", InOut{std::as_writable_bytes(std::span{text})}, text.size(), 7, 1.5));
    EXPECT_EQ(std::string(text.data(), static_cast<std::size_t>(size)), "7 and 1.500, from the heap");
}

TEST_F(Instances, StateIsKeptUntilItIsReset)
{
    Instance guest = instance();
    EXPECT_EQ(value(guest.call<std::int64_t>("count")), 101);
    EXPECT_EQ(value(guest.call<std::int64_t>("count")), 102);
    EXPECT_EQ(guest.call<double>("keep", 1.), 1.5);
    guest.reset();
    EXPECT_EQ(value(guest.call<std::int64_t>("count")), 101);
    EXPECT_EQ(guest.call<double>("keep", 1.), 1.5);
}

TEST_F(Instances, TwoDoNotSeeEachOther)
{
    Instance one = instance(), other = instance();
    EXPECT_EQ(value(one.call<std::int64_t>("count")), 101);
    EXPECT_EQ(value(one.call<std::int64_t>("count")), 102);
    EXPECT_EQ(value(other.call<std::int64_t>("count")), 101);
}

TEST_F(Instances, WhatWasMappedIsUndone)
{
    Instance guest = instance();
    for (int round = 0; round < 5; ++round) {
        const auto at = value(guest.call<std::int64_t>("allocate", 8 << 20));
        ASSERT_GT(at, 0);
        EXPECT_EQ(value(guest.call<std::int64_t>("map_and_unmap")), 0);
        ASSERT_GT(value(guest.call<std::int64_t>("allocate", 100000)), 0);
        guest.reset();
        std::array<std::byte, 1> there{};
        EXPECT_FALSE(guest.read({static_cast<std::uint64_t>(at)}, there));
        EXPECT_EQ(value(guest.call<std::int64_t>("count")), 101);
    }
}

TEST_F(Instances, PagesAreCopiedBack)
{
    Instance guest = instance();
    for (int round = 0; round < 3; ++round) {
        EXPECT_EQ(value(guest.call<std::int64_t>("write_field", 64)), 128) << round;
        EXPECT_EQ(value(guest.call<std::int64_t>("write_field", 64)), 64) << round;
        guest.reset();
    }
}

TEST_F(Instances, OutputGoesWhereItIsWanted)
{
    {
        Instance guest = instance();
        EXPECT_EQ(value(guest.call<std::int64_t>("say", In{bytes_of("hello")})), 0);
        guest.reset();
        EXPECT_EQ(value(guest.call<std::int64_t>("say", In{bytes_of("again")})), 0);
    }
    EXPECT_EQ(output_, "hello\nagain\n");
}

TEST_F(Instances, DescriptorsAreTheGuestsOwn)
{
    ProgramConfig how = config();
    how.default_grants = true;  // /dev/null
    Instance one = instance(how), other = instance(how);
    for (Instance* guest : {&one, &other, &one}) {
        EXPECT_EQ(value(guest->call<std::int64_t>("open_descriptors")), 1);
        guest->reset();
        EXPECT_EQ(value(guest->call<std::int64_t>("open_descriptors")), 1);
    }
}

TEST_F(Instances, AFunctionMayStartThreads)
{
    if (single_threaded()) GTEST_SKIP() << "the software engine has one processor";
    Instance guest = instance();
    for (int round = 0; round < 3; ++round) {
        EXPECT_EQ(value(guest.call<std::int64_t>("in_a_thread", 10)), 5);
        guest.reset();
    }
}

TEST_F(Instances, AFaultEndsOnlyTheGuest)
{
    Instance guest = instance();
    const auto stop = guest.call<std::int64_t>("fault");
    ASSERT_FALSE(stop);
    EXPECT_EQ(stop.error(), ProgramStop{stops::Signalled{SIGSEGV}});
    EXPECT_EQ(guest.call<std::int64_t>("count").error(), stop.error()) << "it is over until it is reset";
    guest.reset();
    EXPECT_EQ(value(guest.call<std::int64_t>("count")), 101);
}

TEST_F(Instances, AnExitIsNoReturn)
{
    Instance guest = instance();
    EXPECT_EQ(guest.call<std::int64_t>("leave", 3).error(), ProgramStop{stops::Exited{3}});
    guest.reset();
    EXPECT_EQ(value(guest.call<std::int64_t>("count")), 101);
}

TEST_F(Instances, TimeIsUpWhereverItIs)
{
    Instance guest = instance();
    const std::span<const Argument> none;
    EXPECT_EQ(guest.call("spin", none, 10ms).error(), ProgramStop{stops::OutOfTime{}});
    guest.reset();
    EXPECT_EQ(value(guest.call<std::int64_t>("count")), 101);
    EXPECT_THROW((void)guest.call("count", none, 0ns), std::invalid_argument);
}

TEST_F(Instances, ATimeoutEndsAFunctionThatWaits)
{
    constexpr std::int64_t kHour = 3600;
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const UniqueFd reading{ends[0]}, writing{ends[1]};
    ProgramConfig how = config();
    how.standard_input = reading.get();
    Instance guest = instance(how);
    EXPECT_EQ(guest.call("wait_for_input", {}, 10ms).error(), ProgramStop{stops::OutOfTime{}});
    guest.reset();
    const std::array<Argument, 1> seconds{Argument{kHour}};
    EXPECT_EQ(guest.call("sleep_for", seconds, 10ms).error(), ProgramStop{stops::OutOfTime{}});
    guest.reset();
    EXPECT_EQ(value(guest.call<std::int64_t>("count")), 101);
}

TEST_F(Instances, ATimeoutIsForOneCall)
{
    Instance guest = instance();
    const std::array<Argument, 1> none{Argument{std::int64_t{0}}};
    ASSERT_TRUE(guest.call("sleep_for", none, 50ms));
    std::this_thread::sleep_for(100ms);
    EXPECT_EQ(value(guest.call<std::int64_t>("count")), 101) << "what was the deadline of the call before has passed";
}

TEST_F(Instances, WhatIsNotThereIsNamed)
{
    Instance guest = instance();
    EXPECT_THROW((void)guest.call<void>("no_such_function"), std::invalid_argument);
    EXPECT_FALSE(guest.find("no_such_function"));
    EXPECT_TRUE(guest.find("count"));
    EXPECT_EQ(guest.call(GuestVirt{0x10}, {}).error(), ProgramStop{stops::Signalled{SIGSEGV}});
    guest.reset();
    const std::vector<std::byte> huge(64_MiB);
    EXPECT_THROW((void)guest.call<std::int64_t>("sum_bytes", In{huge}, huge.size()), std::invalid_argument);
    EXPECT_EQ(value(guest.call<std::int64_t>("count")), 101);
}

TEST_F(Instances, TheHostAnswers)
{
    ProgramConfig how = config();
    how.host_functions["twice"] = host_function([](HostCall&, std::int64_t number) { return 2 * number; });
    how.host_functions["difference"] = host_function([](HostCall&, std::int64_t a, std::int64_t b) { return a - b; });
    Instance guest = instance(std::move(how));
    EXPECT_EQ(value(guest.call<std::int64_t>("ask_host", In{bytes_of("difference")}, 10, 3)), 7);
    EXPECT_EQ(value(guest.call<std::int64_t>("ask_host", In{bytes_of("no such function")}, 10, 3)), -2);
    EXPECT_EQ(value(guest.call<std::int64_t>("ask_host_badly")), 0);
}

TEST_F(Instances, WhatAHostFunctionThrowsArrives)
{
    ProgramConfig how = config();
    how.host_functions["difference"] = [](HostCall&) -> std::optional<std::int64_t> { throw Error{"a host function", EIO}; };
    how.host_functions["anything"] = [](HostCall&) -> std::optional<std::int64_t> { throw 7; };
    Instance guest = instance(std::move(how));
    EXPECT_THROW((void)guest.call<std::int64_t>("ask_host", In{bytes_of("difference")}, 1, 2), Error);
    guest.reset();
    EXPECT_THROW((void)guest.call<std::int64_t>("ask_host", In{bytes_of("anything")}, 1, 2), int);
    EXPECT_FALSE(guest.call<std::int64_t>("count")) << "it is over until it is reset";
    guest.reset();
    EXPECT_EQ(value(guest.call<std::int64_t>("count")), 101);
}

TEST_F(Instances, ComingBackEarlyHarmsNobody)
{
    Instance guest = instance();
    EXPECT_EQ(value(guest.call<std::int64_t>("come_back_early")), 77);
    EXPECT_EQ(value(guest.call<std::int64_t>("count")), 101);
}

TEST_F(Instances, AnyThreadMayCall)
{
    Instance guest = instance();
    EXPECT_EQ(value(guest.call<std::int64_t>("count")), 101);
    std::thread other{[&] { EXPECT_EQ(value(guest.call<std::int64_t>("count")), 102); }};
    other.join();
    EXPECT_EQ(value(guest.call<std::int64_t>("count")), 103);
}

TEST_F(Instances, FromAFile)
{
    const TempFolder folder;
    const auto path = folder / "functions.husk";
    functions().save(path);
    const auto opened = FrozenProgram::open(path);
    ASSERT_TRUE(opened) << husk::describe(opened.error());
    Instance guest{*opened, config()};
    EXPECT_EQ(value(guest.call<std::int64_t>("count")), 101);
    guest.reset();
    EXPECT_EQ(value(guest.call<std::int64_t>("count")), 101);
}

TEST_F(Instances, APoolServesThreads)
{
    Pool<Instance> pool{[&] { return instance(); }, [](Instance& used) { used.reset(); }, {.most = 2, .warm = 2}};
    std::vector<std::thread> threads;
    std::atomic<int> right{0};
    constexpr int kThreads = 4, kRounds = 10;
    for (int i = 0; i < kThreads; ++i)
        threads.emplace_back([&] {
            for (int round = 0; round < kRounds; ++round) {
                const auto guest = pool.take();
                const auto first = (*guest)->call<std::int64_t>("count");
                const auto second = (*guest)->call<std::int64_t>("count");
                if (first == 101 && second == 102) ++right;
            }
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(right, kThreads * kRounds);
    EXPECT_LE(pool.metrics().made, 2u);
}

}  // namespace
}  // namespace husk::test
