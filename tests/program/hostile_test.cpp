#include "program/command_run.hpp"
#include "program/hostile_runs.hpp"
#include "program/program_lane.hpp"
#include "program/scratch_folder.hpp"
#include "program/signals/set.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

// Guests that mean ill, of tests/program/hostile: Husk ends with a status that its manual has, on its own and in time, and nothing
// outside the folder that was granted has been read or changed.
namespace husk::test {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSecret = "what nobody may know\n";

std::string bytes_of(const fs::path& file)
{
    std::ostringstream text;
    text << std::ifstream{file}.rdbuf();
    return text.str();
}

/// A folder to be granted, and beside it what is not.
class Beside {
public:
    explicit Beside(const std::string& name) : scratch_{name}, inside_{scratch_.path() / "inside"}
    {
        fs::create_directory(inside_);
        std::ofstream{scratch_.path() / "secret"} << kSecret;
    }
    std::string inside() const { return inside_.string(); }

    void expect_untouched() const
    {
        EXPECT_EQ(bytes_of(scratch_.path() / "secret"), kSecret);
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator{scratch_.path()}) names.push_back(entry.path().filename());
        std::ranges::sort(names);
        EXPECT_EQ(names, (std::vector<std::string>{"inside", "secret"}));
    }

private:
    Scratch scratch_;
    fs::path inside_;
};

Command command_of(const std::string& guest, const std::vector<std::string>& arguments, const std::string& folder)
{
    Command command{std::string{HUSK_PROGRAM_FOLDER} + "/hostile/" + guest, {folder}, {"PATH=/usr/bin:/bin"}, folder, {}};
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    return command;
}

class Hostile : public testing::TestWithParam<HostileRun> {};

TEST_P(Hostile, GuestHarmsNobody)
{
    if (!runs_husk()) GTEST_SKIP() << "hostile guests: never natively";
    const HostileRun& hostile = GetParam();
    if (const std::string obstacle = hostile.soft_obstacle(); single_threaded() && !obstacle.empty()) GTEST_SKIP() << obstacle;
    const Beside folder{program_lane() + "/hostile_" + hostile.name()};
    const Command husk = under_husk(command_of(hostile.guest, hostile.arguments, folder.inside()), hostile.limits);
    const Ended got = run(husk);
    ASSERT_FALSE(got.hung) << describe(husk);
    EXPECT_TRUE(got.signal == 0 || !program::kDumpingCore.has(got.signal))
        << "Husk itself was ended by a signal: " << describe(husk) << "\n"
        << got.err;
    EXPECT_TRUE(std::ranges::count(hostile.statuses, got.status) != 0) << got.status << ": " << describe(husk) << "\n" << got.err;
    EXPECT_NE(got.err.find(hostile.said), std::string::npos) << describe(husk) << "\n" << got.err;
    EXPECT_EQ(got.out.find(kSecret), std::string::npos) << describe(husk);
    folder.expect_untouched();
}

INSTANTIATE_TEST_SUITE_P(Guests, Hostile, testing::ValuesIn(hostile_runs()), [](const auto& test) { return test.param.name(); });

/// Instructions that end otherwise than natively, and why.
struct Odd {
    std::string_view name;
    std::string_view why;
    bool only_soft = false;
};
constexpr auto kOdd = std::to_array<Odd>({
    {"int_0", "INT n from ring 3 is #UD where KVM works without VT-x and AMD-V"},
    {"int_8", "likewise"},
    {"int_14", "likewise"},
    {"int_32", "likewise"},
    {"int_ff", "likewise"},
    {"mxcsr_reserved", "likewise, LDMXCSR with reserved bits is #UD"},
    {"push_noncanonical", "Unicorn knows no stack fault (#SS) for such an address", true},
    {"wrfsbase_upper", "Unicorn has no FSGSBASE: #UD", true},
    {"movaps_odd", "Unicorn does not check alignment", true},
    {"fxrstor_garbage", "nor MXCSR's reserved bits in what FXRSTOR loads", true},
    {"xrstor_garbage", "the software engine has no XSAVE: #UD", true},
    {"alignment", "Unicorn does not check alignment", true},
});

TEST(HostileInstructions, EndAsNatively)
{
    if (!runs_husk()) GTEST_SKIP() << "compared with a native run in the other lanes";
    const Beside folder{program_lane() + "/hostile_instructions"};
    const Command native = command_of("instructions", {}, folder.inside());
    const Ended wanted = run(native);
    ASSERT_EQ(wanted.status, 0) << wanted.err;
    const Command husk = under_husk(native, {"--timeout", "60"});
    const Ended got = run(husk);
    EXPECT_EQ(got.status, 0) << describe(husk) << "\n" << got.out << got.err;
    std::istringstream wanted_lines{wanted.out}, got_lines{got.out};
    for (std::string want, have; std::getline(wanted_lines, want);) {
        std::getline(got_lines, have);
        const std::string name = want.substr(0, want.find(':'));
        const auto* const odd = std::ranges::find(kOdd, name, &Odd::name);
        if (odd != kOdd.end() && (single_threaded() || !odd->only_soft)) continue;
        EXPECT_EQ(have, want);
    }
}

}  // namespace
}  // namespace husk::test
