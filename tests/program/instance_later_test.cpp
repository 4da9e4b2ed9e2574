// What an instance has only when a function wants it: a thread with descriptors of its own, a folder for names, limits.
#include "base/unique_fd.hpp"
#include "program/frozen_guest.hpp"
#include "support/errors.hpp"

#include <husk/error.hpp>
#include <husk/instance.hpp>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace husk::test {
namespace {

/// TMPDIR is another while it lives: where folders for names are made.
class TemporaryFolder {
public:
    explicit TemporaryFolder(const std::string& path)
    {
        if (const char* const now = std::getenv("TMPDIR")) before_ = now;
        ::setenv("TMPDIR", path.c_str(), 1);
    }
    ~TemporaryFolder()
    {
        if (before_)
            ::setenv("TMPDIR", before_->c_str(), 1);
        else
            ::unsetenv("TMPDIR");
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

private:
    std::optional<std::string> before_;
};

class InstancesLater : public FrozenGuest {
protected:
    const FrozenProgram& functions()
    {
        static const FrozenProgram frozen = freeze(guest("functions"), freeze_points::Asked{});
        return frozen;
    }
    /// Nothing is asked of the host that it might not have.
    ProgramConfig plain()
    {
        ProgramConfig how;
        how.engine = config().engine;
        how.default_grants = true;
        return how;
    }
    static std::int64_t value(const tl::expected<std::int64_t, ProgramStop>& result)
    {
        EXPECT_TRUE(result) << (result ? "" : husk::describe(result.error()));
        return result.value_or(-1);
    }

    using Call = std::function<void(Instance&)>;
    /// Calls that need what is not there at first.
    std::vector<Call> calls()
    {
        std::vector<Call> all{
            [](Instance& one) { EXPECT_EQ(value(one.call<std::int64_t>("open_descriptors")), 1); },
            [](Instance& one) { EXPECT_EQ(value(one.call<std::int64_t>("lower_limit", RLIMIT_STACK, 1 << 20)), 1 << 20); },
            [](Instance& one) { EXPECT_EQ(value(one.call<std::int64_t>("wait_for_input")), 0); },
            [](Instance& one) { EXPECT_EQ(value(one.call<std::int64_t>("say", In{std::as_bytes(std::span{"hello"})})), 0); },
        };
        if (!single_threaded())
            all.emplace_back([](Instance& one) { EXPECT_EQ(value(one.call<std::int64_t>("in_a_thread", 10)), 5); });
        return all;
    }
};

TEST_F(InstancesLater, IsThereForTheFirstCall)
{
    for (const Call& call : calls()) {
        Instance one{functions(), plain()};
        call(one);
        call(one);
    }
}

TEST_F(InstancesLater, IsThereAfterAReset)
{
    for (const Call& first : calls())
        for (const Call& then : calls()) {
            Instance one{functions(), plain()};
            one.reset();
            first(one);
            one.reset();
            then(one);
            EXPECT_EQ(value(one.call<std::int64_t>("count")), 101);
        }
}

TEST_F(InstancesLater, IsThereForAnotherThread)
{
    for (const Call& call : calls()) {
        Instance one{functions(), plain()};
        std::thread{[&] { call(one); }}.join();
        call(one);
        one.reset();
        std::thread{[&] { call(one); }}.join();
    }
}

TEST_F(InstancesLater, IsNotThereBefore)
{
    const TempFolder folder;
    const TemporaryFolder here{folder.path()};
    const auto is_empty = [&] { return std::filesystem::is_empty(folder.path()); };
    {
        Instance one{functions(), plain()};
        EXPECT_EQ(value(one.call<std::int64_t>("count")), 101);
        one.reset();
        EXPECT_EQ(value(one.call<std::int64_t>("allocate", 8 << 20)) > 0, true);
        EXPECT_TRUE(is_empty());
        EXPECT_EQ(value(one.call<std::int64_t>("open_descriptors")), 1);
        EXPECT_FALSE(is_empty());
    }
    EXPECT_TRUE(is_empty());
}

TEST_F(InstancesLater, WhatIsMissingIsToldAtOnce)
{
    ProgramConfig how = plain();
    how.grants = {{.path = "/no/such/file", .writable = false, .at = {}}};
    EXPECT_EQ(test::failed_call([&] { Instance{functions(), how}; }), "lstat");
    how = plain();
    how.working_directory = "/no/such/folder";
    EXPECT_EQ(test::failed_call([&] { Instance{functions(), how}; }), "chdir");
    how = plain();
    how.standard_output = 12345;
    EXPECT_EQ(test::failed_call([&] { Instance{functions(), how}; }), "fcntl(F_DUPFD_CLOEXEC)");
}

TEST_F(InstancesLater, WhatTheHostRefusesThenIsAnError)
{
    Instance one{functions(), plain()};
    {
        const TemporaryFolder nowhere{"/no/such/folder"};
        EXPECT_EQ(test::failed_call([&] { (void)one.call<std::int64_t>("open_descriptors"); }), "mkdtemp");
        EXPECT_FALSE(one.call<std::int64_t>("count")) << "it is over until it is reset";
    }
    one.reset();
    EXPECT_EQ(value(one.call<std::int64_t>("open_descriptors")), 1);
}

TEST_F(InstancesLater, DescriptorsMayBeClosedMeanwhile)
{
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    UniqueFd reading{ends[0]};
    std::array<char, 32> text{};
    {
        UniqueFd writing{ends[1]};
        ProgramConfig how = plain();
        how.standard_output = writing.get();
        Instance one{functions(), how};
        writing = {};
        for (int round = 0; round < 2; ++round) {
            EXPECT_EQ(value(one.call<std::int64_t>("say", In{std::as_bytes(std::span{"hello"})})), 0);
            EXPECT_EQ(::read(reading.get(), text.data(), text.size()), 6);
            EXPECT_EQ(std::string(text.data(), 6), "hello\n");
            one.reset();
        }
        Instance other{functions(), plain()};
        EXPECT_EQ(value(other.call<std::int64_t>("open_descriptors")), 1);
    }
    EXPECT_EQ(::read(reading.get(), text.data(), text.size()), 0) << "nobody holds the other end";
}

TEST_F(InstancesLater, OutputIsCountedWhereItGoes)
{
    const UniqueFd file{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
    ProgramConfig how = plain();
    how.standard_output = file.get();
    how.limits.output = 8;
    Instance one{functions(), how};
    EXPECT_EQ(value(one.call<std::int64_t>("say", In{std::as_bytes(std::span{"hello"})})), 0);
    EXPECT_EQ(one.call<std::int64_t>("say", In{std::as_bytes(std::span{"hello"})}).error(), ProgramStop{stops::TooMuchOutput{}});
}

TEST_F(InstancesLater, LimitsAreEachOnesOwn)
{
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_STACK, &before), 0);
    Instance one{functions(), plain()}, other{functions(), plain()};
    EXPECT_EQ(value(one.call<std::int64_t>("lower_limit", RLIMIT_STACK, 4096)), 4096);
    EXPECT_EQ(value(one.call<std::int64_t>("current_limit", RLIMIT_STACK)), 4096);
    const auto frozen = value(other.call<std::int64_t>("current_limit", RLIMIT_STACK));
    EXPECT_NE(frozen, 4096);
    one.reset();
    EXPECT_EQ(value(one.call<std::int64_t>("current_limit", RLIMIT_STACK)), frozen);
    rlimit after{};
    ASSERT_EQ(::getrlimit(RLIMIT_STACK, &after), 0);
    EXPECT_EQ(after.rlim_cur, before.rlim_cur);
}

TEST_F(InstancesLater, RandomnessIsFreshEachTime)
{
    Instance one{functions(), plain()}, other{functions(), plain()};
    std::set<std::int64_t> seen;
    constexpr int kRounds = 8;
    for (int round = 0; round < kRounds; ++round)
        for (Instance* each : {&one, &other}) {
            for (const int index : {0, 1}) seen.insert(value(each->call<std::int64_t>("random_word", index)));
            EXPECT_EQ(value(each->call<std::int64_t>("random_word", 0)), value(each->call<std::int64_t>("random_word", 0)));
            each->reset();
        }
    EXPECT_EQ(seen.size(), 4u * kRounds);
}

TEST_F(InstancesLater, DoublesAreThisCallsAlone)
{
    Instance one{functions(), plain()};
    EXPECT_EQ(one.call<double>("sum_of_eight", 1., 1., 1., 1., 1., 1., 1., 1.), 36.);
    EXPECT_EQ(one.call<double>("sum_of_eight", 2.), 2.) << "what was not passed is zero";
    EXPECT_EQ(one.call<double>("keep", 1.), 1.5);
    EXPECT_EQ(value(one.call<std::int64_t>("add_six", 1, 2, 3, 4, 5, 6)), 654321);
}

}  // namespace
}  // namespace husk::test
