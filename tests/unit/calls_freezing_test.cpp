// Calls of a program that is being frozen: what waits leaves, and waits no longer when it is made again.
#include "program/process/signals.hpp"
#include "support/program_process.hpp"

#include <husk/guest.h>
#include <husk/error.hpp>

#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <poll.h>
#include <algorithm>
#include <ctime>

namespace husk::test {
namespace {

using namespace program;

class CallsFreezing : public ProgramProcess {
protected:
    static constexpr std::uint64_t kTime = kPages, kOut = kPages + 256;
    static constexpr std::uint64_t kHour = 3'600'000'000'000;  // nanoseconds

    /// Makes a call that waits an hour, while the program is being frozen, and again with what a thaw has left of it: none.
    void leaves_and_goes_on(const Call& made, Result ends_with)
    {
        EXPECT_EQ(serve(made), -EINTR);
        ASSERT_TRUE(thread_->wait_left);
        EXPECT_EQ(thread_->wait_left->call.number, made.number);
        EXPECT_GT(thread_->wait_left->nanoseconds, kHour / 2);
        EXPECT_LE(thread_->wait_left->nanoseconds, kHour);
        thread_->wait_left->nanoseconds = 1;
        (void)thread_->attended();
        EXPECT_EQ(serve(made), ends_with);
        EXPECT_FALSE(thread_->wait_left);
    }
    static Call call_of(long number, std::initializer_list<std::uint64_t> arguments)
    {
        Call made{.number = static_cast<std::uint64_t>(number)};
        std::ranges::copy(arguments, made.arguments.begin());
        return made;
    }
};

TEST_F(CallsFreezing, SleepsGoOnWithWhatIsLeft)
{
    put(kTime, timespec{.tv_sec = 3600, .tv_nsec = 0});
    process_->freeze();
    leaves_and_goes_on(call_of(SYS_nanosleep, {kTime, 0}), 0);
    process_->freeze();
    leaves_and_goes_on(call_of(SYS_clock_nanosleep, {CLOCK_MONOTONIC, 0, kTime, 0}), 0);
}

TEST_F(CallsFreezing, WaitsForDescriptorsGoOnWithWhatIsLeft)
{
    constexpr std::uint64_t kMilliseconds = 3'600'000;
    process_->freeze();
    leaves_and_goes_on(call_of(SYS_poll, {kOut, 0, kMilliseconds}), 0);
    const int epoll = keep(::epoll_create1(0));
    process_->freeze();
    leaves_and_goes_on(call_of(SYS_epoll_wait, {static_cast<std::uint64_t>(epoll), kOut, 1, kMilliseconds}), 0);
}

TEST_F(CallsFreezing, WaitsForSignalsGoOnWithWhatIsLeft)
{
    put(kTime, timespec{.tv_sec = 3600, .tv_nsec = 0});
    put(kOut, SignalSet::of(SIGUSR1));
    process_->freeze();
    leaves_and_goes_on(call_of(SYS_rt_sigtimedwait, {kOut, 0, kTime, SignalSet::kSize}), -EAGAIN);
}

TEST_F(CallsFreezing, AnotherCallWaitsAsLongAsItSays)
{
    put(kTime, timespec{.tv_sec = 0, .tv_nsec = 1});
    thread_->wait_left = WaitLeft{call_of(SYS_nanosleep, {kOut, 0}), kHour};
    EXPECT_EQ(call(SYS_nanosleep, kTime, 0), 0);
}

TEST_F(CallsFreezing, TheGuestIsToldWhichThawItIs)
{
    EXPECT_EQ(call(HUSK_CALL, HUSK_FREEZE_HERE), 0);
    thread_->asked_to_freeze = true;
    EXPECT_EQ(call(HUSK_CALL, HUSK_FREEZE_HERE), 1);
    EXPECT_EQ(call(HUSK_CALL, HUSK_FREEZE_HERE), 0);
    EXPECT_EQ(call(HUSK_CALL, 4711), -ENOSYS);
}

TEST_F(CallsFreezing, TheGuestReadsItsArguments)
{
    config_.arguments = {"a", "bc"};
    config_.environment = {"X=Y"};
    constexpr std::string_view kAll{"a\0bc\0\0X=Y\0\0", 11};
    EXPECT_EQ(call(HUSK_CALL, HUSK_THAW_ARGUMENTS, kOut, 100), static_cast<Result>(kAll.size()));
    EXPECT_EQ(get_text(kOut, kAll.size()), kAll);
    EXPECT_EQ(call(HUSK_CALL, HUSK_THAW_ARGUMENTS, kTime, 3), static_cast<Result>(kAll.size()));
    EXPECT_EQ(get_text(kTime, 4), std::string("a\0b\0", 4));
    EXPECT_EQ(call(HUSK_CALL, HUSK_THAW_ARGUMENTS, kNothing, 100), -EFAULT);
    EXPECT_EQ(call(HUSK_CALL, HUSK_THAW_ARGUMENTS, layout::kHusk, 100), -EFAULT);
    expect_untouched();
}

TEST_F(CallsFreezing, PlacesAreMetOnce)
{
    Freezing calls;
    calls.prepare({.call = SYS_getppid, .nth = 2}, process_->space);
    const Call other = call_of(SYS_read, {0}), wanted = call_of(SYS_getppid, {});
    EXPECT_TRUE(calls.counts(SYS_getppid));
    EXPECT_FALSE(calls.reached_by(other));
    EXPECT_FALSE(calls.reached_by(wanted));
    EXPECT_TRUE(calls.reached_by(wanted));
    EXPECT_FALSE(calls.reached_by(wanted));

    Freezing input;
    input.prepare({.standard_input = true}, process_->space);
    EXPECT_FALSE(input.reached_by(call_of(SYS_read, {3})));
    EXPECT_FALSE(input.reached_by(call_of(SYS_sendfile, {0, 3})));
    EXPECT_TRUE(input.reached_by(call_of(SYS_sendfile, {3, 0})));
    EXPECT_TRUE(input.reached_by(other));
    input.begin();
    EXPECT_FALSE(input.reached_by(other));
}

TEST_F(CallsFreezing, CodeIsMarkedAndWhatItWasAgain)
{
    put(kPages + 5, std::uint8_t{0x90});
    EXPECT_EQ(process_->space.protect({kPages}, 4096, PROT_READ | PROT_EXEC), 0);
    Freezing freezing;
    freezing.prepare({.instruction = GuestVirt{kPages + 5}}, process_->space);
    EXPECT_EQ(get<std::uint8_t>(kPages + 5), 0xF4);
    EXPECT_TRUE(freezing.is_marked({kPages + 5}));
    EXPECT_FALSE(freezing.is_marked({kPages + 6}));
    freezing.take_mark_away(process_->space);
    EXPECT_EQ(get<std::uint8_t>(kPages + 5), 0x90);
    EXPECT_FALSE(freezing.is_marked({kPages + 5}));
    EXPECT_FALSE(process_->memory.put({kPages + 5}, std::uint8_t{1})) << "and still read-only";
    EXPECT_THROW(freezing.prepare({.instruction = GuestVirt{kNothing}}, process_->space), Error);
}

}  // namespace
}  // namespace husk::test
