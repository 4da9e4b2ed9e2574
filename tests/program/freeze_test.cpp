// Programs that are frozen, and thawed any number of times: in memory, and by way of a file.
#include "program/program_lane.hpp"
#include "support/temp_folder.hpp"

#include <husk/error.hpp>
#include <husk/frozen_program.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace husk::test {
namespace {

using testing::HasSubstr;

class Freeze : public testing::Test {
protected:
    void SetUp() override
    {
        if (!runs_husk()) GTEST_SKIP() << "nothing is frozen natively";
    }

    ProgramConfig config()
    {
        ProgramConfig config;
        config.engine = single_threaded() ? Engine::Soft : Engine::Kvm;
        config.on_output = [this](std::span<const std::byte> bytes) { add(output_, bytes); };
        config.on_error_output = [this](std::span<const std::byte> bytes) { add(errors_, bytes); };
        return config;
    }
    ProgramConfig guest(const std::string& name, std::vector<std::string> arguments = {})
    {
        ProgramConfig wanted = config();
        wanted.path = std::string{HUSK_PROGRAM_FOLDER} + "/frozen/" + name;
        wanted.arguments = std::move(arguments);
        wanted.arguments.insert(wanted.arguments.begin(), name);
        return wanted;
    }

    /// Freezes it, or fails and says why not.
    FrozenProgram freeze(ProgramConfig wanted, const FreezePoint& point)
    {
        auto frozen = FrozenProgram::freeze(std::move(wanted), point);
        if (!frozen) throw std::runtime_error{why_not(frozen.error()) + " " + errors_};
        return *std::move(frozen);
    }
    static std::string why_not(const NotFrozen& reason)
    {
        if (const auto* const stop = std::get_if<ProgramStop>(&reason)) return husk::describe(*stop);
        std::string text;
        for (const auto& [what, why] : std::get<std::vector<NotFreezable>>(reason)) text += what + ": " + why + "\n";
        return text;
    }

    /// What a thaw writes; it must end well.
    std::string thaw(const FrozenProgram& frozen, ProgramConfig how)
    {
        output_.clear();
        Program program = frozen.thaw(std::move(how));
        EXPECT_EQ(program.run(), ProgramStop{stops::Exited{0}}) << errors_;
        return output_;
    }
    std::string thaw(const FrozenProgram& frozen) { return thaw(frozen, config()); }

    static void add(std::string& text, std::span<const std::byte> bytes)
    {
        for (const std::byte byte : bytes) text += static_cast<char>(byte);
    }

    std::string output_, errors_;
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

}  // namespace
}  // namespace husk::test
