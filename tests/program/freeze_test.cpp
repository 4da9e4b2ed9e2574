// Programs that are frozen, and thawed any number of times: in memory, and by way of a file.
#include "base/unique_fd.hpp"
#include "machine/choose_engine.hpp"
#include "program/frozen/content.hpp"
#include "program/frozen_guest.hpp"

#include <husk/error.hpp>
#include <husk/frozen_program.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <fcntl.h>
#include <unistd.h>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace husk::test {
namespace {

using testing::HasSubstr;

class Freeze : public FrozenGuest {
protected:
    /// True if programs can be run on it here.
    static bool has(Engine engine)
    {
        try {
            return machine::choose_engine(engine, x86::Mode::Long).engine == engine;
        } catch (const Error&) {
            return false;
        }
    }
};

TEST_F(Freeze, WhereTheGuestAsks)
{
    const FrozenProgram frozen = freeze(guest("counter", {"one"}), freeze_points::Asked{});
    EXPECT_EQ(frozen.info().kind, FrozenKind::Program);
    EXPECT_THAT(frozen.info().origin, HasSubstr("counter"));
    for (std::uint64_t n = 1; n <= 3; ++n) {
        ProgramConfig how = config();
        how.thaw_number = n;
        const std::string number = std::to_string(n);
        EXPECT_EQ(thaw(frozen, std::move(how)), number + ": 42 3 8 4 6\n" + number + ": 43 4 9 5 7\ngoes 1\n");
    }
}

TEST_F(Freeze, ByWayOfAFile)
{
    const TempFolder folder;
    freeze(guest("counter"), freeze_points::Asked{}).save(folder / "frozen");
    const auto opened = FrozenProgram::open(folder / "frozen");
    ASSERT_TRUE(opened) << husk::describe(opened.error());
    EXPECT_EQ(thaw(*opened), "1: 41 3 8 4 6\n1: 42 4 9 5 7\ngoes 1\n");
    EXPECT_EQ(thaw(*opened), "1: 41 3 8 4 6\n1: 42 4 9 5 7\ngoes 1\n");
    const auto info = frozen_info(folder / "frozen");
    ASSERT_TRUE(info);
    EXPECT_EQ(*info, opened->info());
    const auto as_image = Frozen::open(folder / "frozen");
    ASSERT_FALSE(as_image);
    EXPECT_EQ(husk::describe(as_image.error()), "info.kind: it is a frozen program, not a frozen image");
}

// Locks, conditions, sleeps and pipes that threads wait for, and the ids that they know themselves by.
TEST_F(Freeze, Threads)
{
    if (single_threaded()) GTEST_SKIP() << "threads: the software engine runs one";
    const FrozenProgram frozen = freeze(guest("threads"), freeze_points::Asked{});
    for (int i = 0; i < 3; ++i) EXPECT_EQ(thaw(frozen), "all in thaw 1\n");
}

TEST_F(Freeze, Signals)
{
    const FrozenProgram frozen = freeze(guest("signals"), freeze_points::Asked{});
    for (int i = 0; i < 2; ++i) EXPECT_EQ(thaw(frozen), "signals in thaw 1\n");
}

// What a thaw writes to before its first output is known then, and makes no difference to what it does.
TEST_F(Freeze, IsLearntFrom)
{
    const TempFolder folder;
    const FrozenProgram frozen = freeze(guest("counter"), freeze_points::Asked{});
    Program program = frozen.thaw(config());
    output_.clear();
    const auto [learnt, stop] = frozen.learn(program);
    EXPECT_EQ(stop, ProgramStop{stops::Exited{0}}) << errors_;
    const std::string alone = output_;
    EXPECT_FALSE(learnt.content().state.touched.empty());
    EXPECT_TRUE(frozen.content().state.touched.empty());
    EXPECT_EQ(thaw(learnt), alone);
    learnt.save(folder / "frozen");
    const auto opened = FrozenProgram::open(folder / "frozen");
    ASSERT_TRUE(opened) << husk::describe(opened.error());
    EXPECT_EQ(opened->content().state, learnt.content().state);
    for (int i = 0; i < 2; ++i) EXPECT_EQ(thaw(*opened), alone);
    // Learnt from anew, it is of that thaw alone.
    Program again = opened->thaw(config());
    EXPECT_EQ(opened->learn(again).frozen.content().state.touched.size(), learnt.content().state.touched.size());
}

TEST_F(Freeze, IsLearntFromItsOwnThawsOnly)
{
    const FrozenProgram frozen = freeze(guest("counter"), freeze_points::Asked{});
    const FrozenProgram other = freeze(guest("isolation"), freeze_points::Asked{});
    Program of_other = other.thaw(config());
    EXPECT_THROW((void)frozen.learn(of_other), std::invalid_argument);
    Program started{guest("counter")};
    EXPECT_THROW((void)frozen.learn(started), std::invalid_argument);
}

TEST_F(Freeze, ThawsDoNotSeeEachOther)
{
    const FrozenProgram frozen = freeze(guest("isolation"), freeze_points::Asked{});
    const auto numbered = [&](std::uint64_t number) {
        ProgramConfig how = config();
        how.thaw_number = number;
        return how;
    };
    std::vector<std::string> alone;
    for (std::uint64_t number = 1; number <= 4; ++number) alone.push_back(thaw(frozen, numbered(number)));
    EXPECT_NE(alone[0], alone[1]);
    std::vector<std::string> together(alone.size());
    std::vector<std::thread> all;
    for (std::size_t i = 0; i < alone.size(); ++i)
        all.emplace_back([&, i] {
            ProgramConfig how = numbered(i + 1);
            how.on_output = [&, i](std::span<const std::byte> bytes) { add(together[i], bytes); };
            how.on_error_output = {};
            Program program = frozen.thaw(std::move(how));
            EXPECT_EQ(program.run(), ProgramStop{stops::Exited{0}});
        });
    for (auto& thread : all) thread.join();
    EXPECT_EQ(together, alone);
}

TEST_F(Freeze, SecretsAreNotShared)
{
    const FrozenProgram frozen = freeze(guest("secrets"), freeze_points::Asked{});
    const std::string one = thaw(frozen), other = thaw(frozen);
    ASSERT_EQ(one.size(), 73u);
    EXPECT_NE(one.substr(0, 32), other.substr(0, 32));
    EXPECT_NE(one.substr(32, 32), other.substr(32, 32));
    EXPECT_NE(one.substr(64), other.substr(64));
}

TEST_F(Freeze, AllThatCannotBeIsTold)
{
    ProgramConfig wanted = guest("refused");
    wanted.private_tmp = true;
    const auto frozen = FrozenProgram::freeze(std::move(wanted), freeze_points::Asked{});
    ASSERT_FALSE(frozen);
    const std::string why = why_not(frozen.error());
    EXPECT_THAT(why, HasSubstr("/tmp/shared: what is written to it goes to the file\n")) << errors_;
    EXPECT_THAT(why, HasSubstr("1 timer: made by timer_create, setitimer or alarm\n"));
}

class FreezePlaces : public Freeze {
protected:
    FrozenProgram freeze_at(const FreezePoint& point, std::string argument = "x")
    {
        return freeze(guest("places", {argument}), point);
    }

    /// A thaw with `text` as its input.
    ProgramConfig with_input(const std::string& text)
    {
        int ends[2];
        EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
        EXPECT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
        ::close(ends[1]);
        input_ = UniqueFd{ends[0]};
        ProgramConfig how = config();
        how.standard_input = ends[0];
        how.arguments = {"thaw", "me"};
        how.environment = {"A=B"};
        return how;
    }

private:
    UniqueFd input_;
};

constexpr const char* kTold = "thaw|me||A=B||\n";

TEST_F(FreezePlaces, StandardInput)
{
    const FrozenProgram frozen = freeze_at(freeze_points::StandardInput{});
    EXPECT_EQ(output_, "begins\nworked 4\nasked\n");
    EXPECT_EQ(thaw(frozen, with_input("one\n")), std::string{"read one\n\n"} + kTold);
    EXPECT_EQ(thaw(frozen, with_input("two\n")), std::string{"read two\n\n"} + kTold);
    EXPECT_EQ(thaw(frozen), "read nothing\nplaces|x|||\n");
}

TEST_F(FreezePlaces, ACall)
{
    const FrozenProgram frozen = freeze_at(freeze_points::SystemCall{.number = SYS_getppid, .nth = 2});
    EXPECT_EQ(output_, "begins\nworked 4\n");
    EXPECT_EQ(thaw(frozen, with_input("one")), std::string{"asked\nread one\n"} + kTold);
}

TEST_F(FreezePlaces, AFunction)
{
    const FrozenProgram frozen = freeze_at(freeze_points::Symbol{"work"});
    EXPECT_EQ(output_, "begins\n");
    EXPECT_EQ(thaw(frozen, with_input("one")), std::string{"worked 4\nasked\nread one\n"} + kTold);
}

TEST_F(FreezePlaces, AFunctionThatThereIsNot)
{
    EXPECT_THROW((void)FrozenProgram::freeze(guest("places"), freeze_points::Symbol{"play"}), std::invalid_argument);
}

TEST_F(FreezePlaces, ATimeWhereverItIs)
{
    const FrozenProgram frozen = freeze_at(freeze_points::After{std::chrono::milliseconds{200}}, "for ever");
    ProgramConfig how = config();
    how.limits.cpu_time = std::chrono::milliseconds{50};
    Program program = frozen.thaw(std::move(how));
    EXPECT_EQ(program.run(), ProgramStop{stops::OutOfCpuTime{}});
}

TEST_F(FreezePlaces, WhenTheHostAsks)
{
    std::atomic<bool> asked{false};
    ProgramConfig wanted = guest("places", {"for ever"});
    wanted.on_output = [&, add_to = wanted.on_output](std::span<const std::byte> bytes) {
        add_to(bytes);
        if (output_.find("asked") != std::string::npos) asked = true;
    };
    Program program{std::move(wanted)};
    std::thread asks{[&] {
        while (!asked) std::this_thread::yield();
        program.freeze_now();
    }};
    const auto frozen = FrozenProgram::freeze(program, freeze_points::Requested{});
    asks.join();
    ASSERT_TRUE(frozen) << why_not(frozen.error());
    EXPECT_EQ(frozen->info().point, "the host asks");
}

TEST_F(FreezePlaces, APointThatItDoesNotComeTo)
{
    const auto frozen = FrozenProgram::freeze(guest("places"), freeze_points::SystemCall{.number = SYS_fork});
    ASSERT_FALSE(frozen);
    EXPECT_EQ(why_not(frozen.error()), "exited with status 0");
}

// What goes on somewhere, frozen again: it is the n-th of the second freeze then.
TEST_F(FreezePlaces, AThawIsFrozenAgain)
{
    const FrozenProgram first = freeze_at(freeze_points::Symbol{"work"});
    Program thawed = first.thaw(config());
    const auto second = FrozenProgram::freeze(thawed, freeze_points::StandardInput{});
    ASSERT_TRUE(second) << why_not(second.error());
    EXPECT_EQ(output_, "begins\nworked 4\nasked\n");
    for (const char* const text : {"one\n", "two\n"})
        EXPECT_EQ(thaw(*second, with_input(text)), "read " + std::string{text} + "\n" + kTold);
}

// The software engine's processor has nothing that others have not. The other way round a C library may have chosen instructions
// that there are not: with any_cpu the user has said that it has not, and at least the registers are looked at.
TEST_F(FreezePlaces, GoesOnOnAnotherEngine)
{
    for (const Engine engine : {Engine::Soft, Engine::Kvm})
        if (!has(engine)) GTEST_SKIP() << "both engines: there is only one here";
    const auto goes_on = [&](const FrozenProgram& frozen, Engine engine) {
        ProgramConfig how = with_input("one");
        how.engine = engine;
        how.any_cpu = true;
        return thaw(frozen, std::move(how));
    };
    const auto frozen_on = [&](Engine engine, bool portable) {
        ProgramConfig wanted = guest("places");
        wanted.engine = engine;
        wanted.portable = portable;
        return freeze(std::move(wanted), freeze_points::StandardInput{});
    };
    const std::string told = std::string{"read one\n"} + kTold;
    EXPECT_EQ(goes_on(frozen_on(Engine::Soft, false), Engine::Kvm), told);
    const FrozenProgram portable = frozen_on(Engine::Kvm, true);
    EXPECT_FALSE(portable.content().state.vdso);
    try {
        EXPECT_EQ(goes_on(portable, Engine::Soft), told);
    } catch (const Error& error) {
        EXPECT_EQ(error.code().value(), ENOTSUP) << error.what();
    }
    const FrozenProgram with_vdso = frozen_on(Engine::Kvm, false);
    ASSERT_TRUE(with_vdso.content().state.vdso);
    try {
        (void)goes_on(with_vdso, Engine::Soft);
        ADD_FAILURE() << "the software engine has no vDSO";
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("vDSO"));
    }
}

/// A Python that has done its imports, and is ready for what its input says.
class FreezePython : public FreezePlaces {
protected:
    ProgramConfig python()
    {
        ProgramConfig wanted = config();
        wanted.path = "/usr/bin/python3";
        wanted.arguments = {"python3", "-c", "import json, re, sys; exec(sys.stdin.read())"};
        for (const char* const path : {"/usr/lib", "/usr/bin", "/etc"}) wanted.grants.push_back({.path = path, .at = {}});
        wanted.default_grants = true;
        wanted.confinement = Confinement::Wanted;
        return wanted;
    }
};

TEST_F(FreezePython, IsReadyForItsInput)
{
    if (::access("/usr/bin/python3", X_OK) != 0) GTEST_SKIP() << "python3: there is none";
    const FrozenProgram frozen = freeze(python(), freeze_points::StandardInput{});
    const auto run = [&](const std::string& code) {
        ProgramConfig how = with_input(code);
        how.confinement = Confinement::Wanted;
        return thaw(frozen, std::move(how));
    };
    EXPECT_EQ(run("print(json.dumps({'a': [1, 2, 3]}))"), "{\"a\": [1, 2, 3]}\n");
    EXPECT_EQ(run("print(re.sub('a+', 'b', 'caat'), sum(range(100000)))"), "cbt 4999950000\n");
    EXPECT_EQ(run("x = [str(i) for i in range(300000)]; y = x * 4; print(len(y), y[-1])"), "1200000 299999\n");
    EXPECT_EQ(run("print(sys.argv, open('/proc/self/cmdline').read().split(chr(0)))"), "['-c'] ['thaw', 'me', '']\n");
}

}  // namespace
}  // namespace husk::test
