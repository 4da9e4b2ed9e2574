// Programs that have descriptors open when they are frozen; and frozen files that somebody changes while programs of them run.
#include "program/frozen_guest.hpp"

#include <husk/error.hpp>
#include <husk/frozen_program.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

namespace husk::test {
namespace {

using testing::HasSubstr;

class FreezeDescriptors : public FrozenGuest {
protected:
    void SetUp() override
    {
        FrozenGuest::SetUp();
        folder_.write("words", "one two three");
    }

    ProgramConfig config() override
    {
        ProgramConfig config = FrozenGuest::config();
        config.grants.push_back({folder_.path(), true, ""});
        config.grants.push_back({"/dev/null", true, ""});
        config.on_error_output = config.on_output;
        return config;
    }
    FrozenProgram freeze(const std::string& name, std::vector<std::string> arguments)
    {
        return FrozenGuest::freeze(guest(name, std::move(arguments)), freeze_points::Asked{});
    }
    std::string error_of_thaw(const FrozenProgram& frozen, ProgramConfig how)
    {
        try {
            thaw(frozen, std::move(how));
        } catch (const Error& error) {
            return error.what();
        }
        return "";
    }
    std::string log() const
    {
        std::ifstream file{folder_ / "log"};
        return {std::istreambuf_iterator<char>{file}, {}};
    }

    TempFolder folder_;
};

TEST_F(FreezeDescriptors, AreThereWhenItGoesOn)
{
    const FrozenProgram frozen = freeze("descriptors", {folder_.path()});
    EXPECT_EQ(thaw(frozen, config()), "well\n");
    EXPECT_EQ(thaw(frozen, config()), "well\n");
    EXPECT_EQ(log(), "more\nmore\n");
}

TEST_F(FreezeDescriptors, ByWayOfAFileAndCompressed)
{
    const TempFolder apart;
    const FrozenProgram frozen = freeze("descriptors", {folder_.path()});
    for (const bool compress : {false, true}) {
        frozen.save(apart / "frozen", {.compress = compress});
        const auto opened = FrozenProgram::open(apart / "frozen");
        ASSERT_TRUE(opened) << husk::describe(opened.error());
        EXPECT_EQ(thaw(*opened, config()), "well\n");
    }
}

TEST_F(FreezeDescriptors, ThatAreMissingAreNamed)
{
    const FrozenProgram frozen = freeze("descriptors", {folder_.path()});
    ProgramConfig nothing = config();
    nothing.grants.clear();
    EXPECT_THAT(error_of_thaw(frozen, std::move(nothing)),
                HasSubstr(folder_ / "log: it cannot be opened again for writing: is it granted?"));
    ProgramConfig reading = config();
    reading.grants.front().writable = false;
    EXPECT_THAT(error_of_thaw(frozen, std::move(reading)), HasSubstr(folder_ / "log: it cannot be opened again for writing"));
    folder_.write("words", "one two other");
    EXPECT_THAT(error_of_thaw(frozen, config()), HasSubstr("its contents are not what they were"));
}

/// On KVM the program ends by SIGBUS at the latest; the software engine has a copy. This process lives on.
TEST_F(FreezeDescriptors, AFileThatIsCutShortHarmsItsProgramsAtMost)
{
    const TempFolder apart;
    freeze("descriptors", {folder_.path()}).save(apart / "frozen");
    const auto opened = FrozenProgram::open(apart / "frozen");
    ASSERT_TRUE(opened);
    Program program = opened->thaw(config());
    ASSERT_EQ(::truncate((apart / "frozen").c_str(), 4096), 0);
    const ProgramStop stop = program.run();
    if (single_threaded()) {
        EXPECT_EQ(stop, ProgramStop{stops::Exited{0}}) << output_;
        return;
    }
    EXPECT_TRUE(std::holds_alternative<stops::Signalled>(stop)) << husk::describe(stop);
    EXPECT_THAT(error_of_thaw(*opened, config()), HasSubstr("it was cut short while it was in use"));
}

}  // namespace
}  // namespace husk::test
