#include "support/command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sstream>

namespace husk::test {
namespace {

using testing::HasSubstr;

TEST(Help, IsThereForEveryCommand)
{
    for (const auto& words : std::vector<std::vector<std::string>>{{"--help"},
                                                                   {"demo", "--help"},
                                                                   {"boot", "--help"},
                                                                   {"freeze", "--help"},
                                                                   {"thaw", "--help"},
                                                                   {"inspect", "--help"},
                                                                   {"doctor", "--help"}}) {
        const auto run = run_husk(words);
        EXPECT_EQ(run.status, 0);
        EXPECT_THAT(run.out, HasSubstr("--help"));
        EXPECT_EQ(run.err, "");
    }
    EXPECT_THAT(run_husk({"boot", "--help"}).out, HasSubstr("124  out of time"));
}

TEST(Version, NamesTheLicences)
{
    const auto run = run_husk({"--version"});
    EXPECT_EQ(run.status, 0);
    EXPECT_THAT(run.out, HasSubstr("MIT"));
    if (HUSK_SOFT_ENGINE) {
        EXPECT_THAT(run.out, HasSubstr("GPL-2.0"));
    }
}

TEST(Demo, FourGuestsAnswer)
{
    const auto run = run_husk({"demo"});
    if (!HUSK_SOFT_ENGINE && run.status == 100) GTEST_SKIP() << "without the software engine: " << run.out;
    EXPECT_EQ(run.status, 0) << run.out << run.err;
    EXPECT_THAT(run.out, HasSubstr("4 of 4 guests answered 42"));
}

TEST(Demo, JsonHasFourGuests)
{
    const auto guests = nlohmann::json::parse(run_husk({"demo", "--json"}).out);
    ASSERT_EQ(guests.size(), 4u);
    EXPECT_EQ(guests.at(0).at("mode"), "real");
    EXPECT_EQ(guests.at(3).at("output"), "Hello, world!\n");
}

TEST(Demo, ExplainTellsOfKvmWhatWasAskedOfIt)
{
    const auto run = run_husk({"demo", "--engine", "kvm", "--explain"});
    if (run.out.find("on kvm") == std::string::npos) GTEST_SKIP() << run.out << run.err;
    EXPECT_THAT(run.out, HasSubstr("KVM_CREATE_VM: descriptor"));
    EXPECT_THAT(run.out, HasSubstr("EFER 0x500: LME LMA"));
    EXPECT_THAT(run.out, HasSubstr("KVM_RUN, 14 times: KVM_EXIT_IO: 1 OUT of 1 byte, port 0xe9"));
    EXPECT_THAT(run.out, HasSubstr("KVM_RUN: KVM_EXIT_HLT"));
}

TEST(Demo, ExplainTellsOfTheSoftwareEngineWhatItWasGiven)
{
    if (!HUSK_SOFT_ENGINE) GTEST_SKIP() << "without the software engine";
    const auto run = run_husk({"demo", "--engine", "soft", "--explain"});
    EXPECT_EQ(run.status, 0) << run.err;
    EXPECT_THAT(run.out, HasSubstr("memory: 2048 KiB at guest-physical 0x0"));
    EXPECT_THAT(run.out, HasSubstr("so: PE is clear: real mode"));
    const auto guests = nlohmann::json::parse(run_husk({"demo", "--engine", "soft", "--explain", "--json"}).out);
    EXPECT_EQ(guests.at(3).at("steps").back().at("call"), "answer");
}

TEST(Demo, RefusesAnEngineThatIsNone)
{
    EXPECT_EQ(run_husk({"demo", "--engine", "vax"}).status, 120);
}

TEST(Doctor, FindsSomethingToSayOfEachThing)
{
    const auto run = run_husk({"doctor"});
    EXPECT_TRUE(run.status == 0 || run.status == 1);
    for (const auto* subject : {"/dev/kvm", "software engine", "KSM", "huge pages", "Landlock", "seccomp"})
        EXPECT_THAT(run.out, HasSubstr(subject));
}

TEST(Doctor, JsonAgreesWithItsStatus)
{
    const auto run = run_husk({"doctor", "--json"});
    const auto object = nlohmann::json::parse(run.out);
    EXPECT_EQ(run.status, object.at("problems") == 0 ? 0 : 1);
    EXPECT_GT(object.at("findings").size(), 5u);
}

/// Without what lines are broken and indented by.
std::string in_one_line(const std::string& text)
{
    std::istringstream words{text};
    std::string all;
    for (std::string word; words >> word;) all += word + " ";
    return all;
}

TEST(Doctor, ExplainsEachThing)
{
    const auto plain = nlohmann::json::parse(run_husk({"doctor", "--json"}).out);
    const auto object = nlohmann::json::parse(run_husk({"doctor", "--explain", "--json"}).out);
    EXPECT_FALSE(plain.contains("asked"));
    ASSERT_EQ(object.at("findings").size(), plain.at("findings").size());
    const auto text = in_one_line(run_husk({"doctor", "--explain"}).out);
    for (const auto& finding : object.at("findings"))
        for (const auto* const part : {"is", "with", "without"}) {
            ASSERT_TRUE(finding.contains(part)) << finding;
            EXPECT_THAT(text, HasSubstr(finding.at(part).get<std::string>()));
        }
    if (object.at("engines").contains("kvm")) {
        EXPECT_EQ(object.at("asked").size(), 3u) << "what the kernel answers, and a guest for each ability";
        EXPECT_THAT(text, HasSubstr("KVM_CAP_USER_MEMORY 0x1, "));
        EXPECT_THAT(text, HasSubstr(" KVM_RUN: "));
    }
}

TEST(Doctor, TellsWhatEachEngineOffers)
{
    const auto object = nlohmann::json::parse(run_husk({"doctor", "--json"}).out);
    const auto& engines = object.at("engines");
    EXPECT_EQ(engines.contains("soft"), HUSK_SOFT_ENGINE != 0);
    for (const auto& [engine, offer] : engines.items())
        for (const auto* mode : {"real mode", "protected mode", "long mode"}) EXPECT_EQ(offer.at(mode), "yes") << engine;

    const auto text = run_husk({"doctor"}).out;
    for (const auto& [engine, offer] : engines.items()) {
        EXPECT_THAT(text, HasSubstr("on " + engine));
        for (const auto& [what, state] : offer.items()) EXPECT_THAT(text, HasSubstr("  " + what + " "));
    }
}

}  // namespace
}  // namespace husk::test
