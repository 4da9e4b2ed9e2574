#include "guests/builtin.hpp"
#include "guests/images.hpp"
#include "support/bytes.hpp"
#include "support/command.hpp"
#include "support/image_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace husk::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::span<const std::byte> hello(x86::Mode mode)
{
    for (const auto& guest : guests::builtin())
        if (guest.mode == mode) return guest.code;
    return {};
}

/// What was said on stderr but for the one line that a host without KVM owes its user.
std::string beside_engine_choice(std::string said)
{
    const auto line = said.find(" runs on the software engine: ");
    if (line == std::string::npos) return said;
    const auto begin = said.rfind('\n', line) + 1;  // npos + 1 is 0
    return said.erase(begin, said.find('\n', line) + 1 - begin);
}

TEST(Boot, PrintsTheGuestsOutputAndNothingElse)
{
    const ImageFile image{hello(x86::Mode::Long)};
    const auto run = run_husk({"boot", image.path()});
    EXPECT_EQ(run.status, 0);
    EXPECT_EQ(run.out, "Hello, world!\n");
    EXPECT_EQ(beside_engine_choice(run.err), "");
}

TEST(Boot, EachModeMeetsItsExpectations)
{
    const std::vector<std::pair<x86::Mode, std::string>> cases{
        {x86::Mode::Real, "2"}, {x86::Mode::Protected, "4"}, {x86::Mode::Long, "8"}};
    for (const auto& [mode, width] : cases) {
        const ImageFile image{hello(mode)};
        const auto run = run_husk({"boot", image.path(), "--mode", std::string{name(mode)}, "--expect-ax", "42", "--expect-memory",
                                   "0x400=0x2a:" + width});
        EXPECT_EQ(run.status, 0) << run.err;
    }
}

TEST(Boot, PagedModeAlwaysRunsOnOneOfTheEngines)
{
    const ImageFile image{hello(x86::Mode::Paged)};
    const auto run = run_husk({"boot", image.path(), "--mode", "paged", "--expect-ax", "42"});
    if (!HUSK_SOFT_ENGINE && run.status == 122) GTEST_SKIP() << run.err;
    EXPECT_EQ(run.status, 0) << run.err;
    EXPECT_EQ(run.out, "Hello, world!\n");
}

TEST(Boot, WrongAnswersAreNamed)
{
    const ImageFile image{hello(x86::Mode::Long)};
    const auto run =
        run_husk({"boot", image.path(), "--expect-ax", "43", "--expect-memory", "0x400=41:4", "--expect-memory", "0x400=42:8"});
    EXPECT_EQ(run.status, 100);
    EXPECT_EQ(run.out, "Hello, world!\n");
    EXPECT_THAT(run.err, HasSubstr("RAX is 0x2a, expected 0x2b"));
    EXPECT_THAT(run.err, HasSubstr("4 bytes at 0x400 is 0x2a, expected 0x29"));
    EXPECT_THAT(run.err, Not(HasSubstr("8 bytes")));
}

TEST(Boot, ExpectedMemoryThatIsNotThereIsAWrongAnswer)
{
    const ImageFile image{hello(x86::Mode::Long)};
    const auto run = run_husk({"boot", image.path(), "--expect-memory", "0x200000=0:1"});
    EXPECT_EQ(run.status, 100);
    EXPECT_THAT(run.err, HasSubstr("not memory"));
}

TEST(Boot, ExitPortDecidesTheStatus)
{
    const ImageFile image{bytes(0xB0, 0x07, 0xE6, 0xF4, 0xF4)};  // mov al, 7; out 0xF4, al; hlt
    const auto run = run_husk({"boot", image.path()});
    EXPECT_EQ(run.status, 7);
    EXPECT_EQ(beside_engine_choice(run.err), "");
}

TEST(Boot, ElfAndMultibootAreRecognised)
{
    const ImageFile elf{guests::long_elf()};
    const auto plain = run_husk({"boot", elf.path(), "--expect-ax", "42"});
    EXPECT_EQ(plain.status, 0) << plain.err;

    const ImageFile kernel{guests::multiboot_elf()};
    const auto multiboot = run_husk({"boot", kernel.path(), "--cmdline", "quiet splash=no", "--expect-memory", "0x400=42:4"});
    EXPECT_EQ(multiboot.status, 0) << multiboot.err;
    EXPECT_THAT(multiboot.out, HasSubstr("quiet splash=no"));
}

TEST(Boot, JsonIsOneObjectWithAllOfIt)
{
    const ImageFile image{hello(x86::Mode::Long)};
    const auto run = run_husk({"boot", image.path(), "--json", "--expect-ax", "42"});
    EXPECT_EQ(run.status, 0);
    const auto object = nlohmann::json::parse(run.out);
    EXPECT_EQ(object.at("stop"), "halted");
    EXPECT_EQ(object.at("status"), 0);
    EXPECT_EQ(object.at("output"), "Hello, world!\n");
    EXPECT_EQ(object.at("format"), "flat");
    EXPECT_EQ(object.at("registers").at("rax"), "0x2a");
    EXPECT_EQ(object.at("expectations").at(0).at("met"), true);
    EXPECT_EQ(object.at("stats").at("ports").at(0).at("items"), 14);
}

TEST(Boot, JsonSurvivesOutputThatIsNotText)
{
    const ImageFile image{bytes(0xB0, 0xFF, 0xE6, 0xE9, 0xF4)};  // out 0xE9, 0xFF
    const auto run = run_husk({"boot", image.path(), "--json"});
    EXPECT_EQ(run.status, 0);
    EXPECT_TRUE(nlohmann::json::parse(run.out).at("output").is_string());
}

TEST(Boot, StatsAreOnStderr)
{
    const ImageFile image{bytes(0xE6, 0x99, 0xF4)};  // out 0x99, al; hlt
    const auto run = run_husk({"boot", image.path(), "--stats"});
    EXPECT_EQ(run.status, 0);
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.err, HasSubstr("0x99"));
    EXPECT_THAT(run.err, HasSubstr("nothing is attached there"));
}

TEST(Boot, ConsolesGoToFiles)
{
    const ImageFile image{bytes(0xB0, 'd', 0xE6, 0xE9,                    // out 0xE9, 'd'
                                0x66, 0xBA, 0xF8, 0x03, 0xB0, 's', 0xEE,  // out 0x3F8, 's'
                                0xF4)};
    const ImageFile debugcon{{}};
    const ImageFile serial{{}};
    const auto run = run_husk({"boot", image.path(), "--debugcon", debugcon.path(), "--serial", serial.path()});
    EXPECT_EQ(run.status, 0);
    EXPECT_EQ(run.out, "");
    EXPECT_EQ(debugcon.text(), "d");
    EXPECT_EQ(serial.text(), "s");
}

TEST(Boot, SerialReadsStdin)
{
    const ImageFile image{bytes(0x66, 0xBA, 0xFD, 0x03,  // mov dx, line status
                                0xEC, 0xA8, 0x01,        // wait: in al, dx; test al, 1
                                0x74, 0xFB,              // jz wait
                                0x66, 0xBA, 0xF8, 0x03,  // mov dx, data
                                0xEC, 0xEE,              // in al, dx; out dx, al
                                0xF4)};
    const auto run = run_husk({"boot", image.path()}, "?");
    EXPECT_EQ(run.status, 0);
    EXPECT_EQ(run.out, "?");
}

TEST(Boot, LoadEntryAndStackAreObeyed)
{
    const ImageFile image{bytes(0xF4, 0x0F, 0x0B,  // hlt; ud2
                                0x54, 0x58,        // push rsp; pop rax
                                0xF4)};
    const auto run =
        run_husk({"boot", image.path(), "--load", "0x10000", "--entry", "0x10003", "--stack", "0x8000", "--expect-ax", "0x8000"});
    EXPECT_EQ(run.status, 0) << run.err;
}

}  // namespace
}  // namespace husk::test
