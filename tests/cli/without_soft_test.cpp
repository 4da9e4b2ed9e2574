// A husk built without the software engine: works, and says how to get one when it is asked for.
#include "support/command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace husk::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const auto kSaysHow = AllOf(HasSubstr("tools/fetch-unicorn.sh"), HasSubstr("-DHUSK_SOFT_ENGINE=ON"));
const std::string kHello = HUSK_BINARY_DIR "/guests/hello64.bin";

TEST(WithoutSoft, VersionNamesNoGpl)
{
    const auto run = run_husk_without_soft({"--version"});
    EXPECT_EQ(run.status, 0);
    EXPECT_THAT(run.out, AllOf(HasSubstr("MIT"), HasSubstr("not built in"), Not(HasSubstr("GPL"))));
}

TEST(WithoutSoft, BootSaysHowToGetIt)
{
    const auto run = run_husk_without_soft({"boot", kHello, "--engine", "soft"});
    EXPECT_EQ(run.status, 122);
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.err, AllOf(HasSubstr("software engine"), kSaysHow));
}

TEST(WithoutSoft, DemoSaysHowToGetIt)
{
    const auto run = run_husk_without_soft({"demo", "--engine", "soft"});
    EXPECT_EQ(run.status, 100);
    EXPECT_THAT(run.out, AllOf(HasSubstr("0 of 4 guests"), kSaysHow));
}

TEST(WithoutSoft, DoctorSaysHowToGetIt)
{
    const auto run = run_husk_without_soft({"doctor", "--json"});
    const auto object = nlohmann::json::parse(run.out);
    EXPECT_FALSE(object.at("engines").contains("soft"));
    const auto& findings = object.at("findings");
    const auto soft = std::ranges::find(findings, "software engine", [](const auto& each) { return each.at("subject"); });
    ASSERT_NE(soft, findings.end());
    EXPECT_EQ(soft->at("state"), "not in this build");
    EXPECT_THAT(soft->at("advice"), HasSubstr("tools/fetch-unicorn.sh"));
}

TEST(WithoutSoft, KvmWorksAsEver)
{
    const auto run = run_husk_without_soft({"boot", kHello});
    if (run.status == 122) GTEST_SKIP() << "no KVM: " << run.err;
    EXPECT_EQ(run.status, 0);
    EXPECT_EQ(run.out, "Hello, world!\n");
}

}  // namespace
}  // namespace husk::test
