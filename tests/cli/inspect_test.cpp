// husk inspect of images, and --inspect of husk boot.
#include "guests/builtin.hpp"
#include "support/bytes.hpp"
#include "support/command.hpp"
#include "support/frozen_image.hpp"
#include "support/image_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace husk::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::span<const std::byte> hello(x86::Mode mode)
{
    for (const auto& guest : guests::builtin())
        if (guest.mode == mode) return guest.code;
    return {};
}

const std::vector<std::string> kEngines =
    HUSK_SOFT_ENGINE ? std::vector<std::string>{"auto", "soft"} : std::vector<std::string>{"auto"};

TEST(InspectImage, TellsTheStateBeforeTheFirstInstruction)
{
    const ImageFile image{hello(x86::Mode::Long)};
    for (const std::string& engine : kEngines) {
        const auto run = run_husk({"inspect", image.path(), "--engine", engine});
        EXPECT_EQ(run.status, 0) << run.err;
        EXPECT_EQ(run.err, "");
        EXPECT_THAT(run.out, StartsWith("image     " + image.path() + "\nformat    flat\nengine    "));
        EXPECT_THAT(run.out, HasSubstr("mode: long, 64-bit code\n"));
        EXPECT_THAT(run.out, HasSubstr("  └─ 0 at 0x2000 = 0x3007 PRESENT RW USER: PDPT at 0x3000\n"));
        EXPECT_THAT(run.out, HasSubstr("rip 0000000000000000\n"));
        EXPECT_EQ(run.out.find('\033'), std::string::npos) << "it is no terminal";
    }
}

TEST(InspectImage, HeedsTheOptionsOfBoot)
{
    const ImageFile image{hello(x86::Mode::Real)};
    const auto real = run_husk({"inspect", image.path(), "--mode", "real", "--load", "0x7c00"});
    EXPECT_THAT(real.out, HasSubstr("segment   0x7c00 to "));
    EXPECT_THAT(real.out, HasSubstr("mode: real, 16-bit code\n"));
    const auto large = run_husk({"inspect", image.path(), "--memory", "1G"});
    EXPECT_THAT(large.out,
                HasSubstr("0-511 at 0x4000 = 0x87 PRESENT RW USER PS: 512 pages of 2 MiB, linear 0x0 to 0x3fffffff, physical "
                          "the same\n"));
}

TEST(InspectImage, Address)
{
    const ImageFile image{hello(x86::Mode::Long)};
    const auto mapped = run_husk({"inspect", image.path(), "--address", "0x1234"});
    EXPECT_THAT(mapped.out, StartsWith("0x1234: 4-level paging, by the PML4 that CR3 names, at 0x2000\n"));
    EXPECT_THAT(mapped.out, HasSubstr("  physical 0x1234, which is memory\n"));
    const auto fault = run_husk({"inspect", image.path(), "--address", "0x40000000"});
    EXPECT_EQ(fault.status, 0);
    EXPECT_THAT(fault.out, HasSubstr("ring 3 write   #PF, error code 0x6: the PDPTE is not present\n"));
}

TEST(InspectImage, Json)
{
    const ImageFile image{hello(x86::Mode::Protected)};
    const auto run = run_husk({"inspect", image.path(), "--mode", "protected", "--json", "--address", "16"});
    const auto object = nlohmann::json::parse(run.out);
    EXPECT_EQ(object.at("kind"), "image");
    EXPECT_EQ(object.at("format"), "flat");
    EXPECT_EQ(object.at("segments").at(0).at("at"), "0x0");
    EXPECT_EQ(object.at("explained").at("mode"), "protected");
    EXPECT_EQ(object.at("explained").at("page_tables"), nullptr);
    EXPECT_EQ(object.at("explained").at("address").at("physical"), "0x10");
}

TEST(InspectImage, Memory)
{
    const ImageFile image{hello(x86::Mode::Long)};
    const auto run = run_husk({"inspect", image.path(), "--memory", "4M", "--no-mergeable"});
    EXPECT_THAT(run.out, HasSubstr("memory\n  0x0 to 0x3fffff  4 MiB, anonymous, not for KSM\n    16 KiB touched\n"));
    const auto json = nlohmann::json::parse(run_husk({"inspect", image.path(), "--json"}).out);
    EXPECT_EQ(json.at("explained").at("memory").at(0).at("touched"), 16384);
}

TEST(InspectImage, Page)
{
    const ImageFile image{hello(x86::Mode::Long)};
    const ImageFile page{{}};
    const auto run = run_husk({"inspect", image.path(), "--html", page.path()});
    EXPECT_EQ(run.status, 0) << run.err;
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(page.text(), StartsWith("<!DOCTYPE html>"));
    EXPECT_THAT(page.text(), HasSubstr("<h1>" + image.path() + "</h1>"));
    const FrozenImage guest;
    EXPECT_EQ(run_husk({"inspect", guest.path(), "--html", page.path()}).status, 0);
    EXPECT_THAT(page.text(), HasSubstr("guest.frozen</h1>"));
    EXPECT_EQ(run_husk({"inspect", image.path(), "--html", "/nonexistent/page.html"}).status, 122);
    EXPECT_EQ(run_husk({"inspect", image.path(), "--html", page.path(), "--json"}).status, 120);
    EXPECT_EQ(run_husk({"inspect", image.path(), "--html", page.path(), "--address", "0"}).status, 120);
}

TEST(InspectImage, BadWordsAndBadImages)
{
    const ImageFile image{hello(x86::Mode::Long)};
    const std::vector<std::pair<std::vector<std::string>, int>> cases{
        {{"--address", "here"}, 120}, {{"--address", "-1"}, 120},    {{"--address", ""}, 120},   {{"--mode", "virtual"}, 120},
        {{"--memory", "4097"}, 120},  {{"--load", "0x200000"}, 121}, {{"--engine", "xen"}, 120}, {{"--entry", "0x2000"}, 120}};
    for (const auto& [words, status] : cases) {
        std::vector<std::string> all{"inspect", image.path()};
        all.insert(all.end(), words.begin(), words.end());
        const auto run = run_husk(all);
        EXPECT_EQ(run.status, status) << words[0] << ' ' << words[1] << ": " << run.err;
        EXPECT_EQ(run.out, "");
        EXPECT_NE(run.err, "");
    }
    const ImageFile empty{{}};
    EXPECT_EQ(run_husk({"inspect", empty.path()}).status, 121);
    const ImageFile damaged{bytes(0x7F, 'E', 'L', 'F', 2)};
    const auto run = run_husk({"inspect", damaged.path()});
    EXPECT_EQ(run.status, 121);
    EXPECT_THAT(run.err, HasSubstr(damaged.path()));
}

TEST(InspectFrozen, IsExplained)
{
    const FrozenImage guest;
    const auto run = run_husk({"inspect", guest.path()});
    EXPECT_THAT(run.out, HasSubstr("mode: long, 64-bit code\n"));
    EXPECT_THAT(run.out, HasSubstr("page tables: 4-level paging\n"));
    const auto address = run_husk({"inspect", guest.path(), "--address", "0x1000"});
    EXPECT_THAT(address.out, StartsWith("0x1000: 4-level paging"));
    EXPECT_THAT(address.out, HasSubstr("physical 0x1000, which is memory"));
    const auto json = nlohmann::json::parse(run_husk({"inspect", guest.path(), "--json", "--address", "0x1000"}).out);
    EXPECT_EQ(json.at("explained").at("address").at("physical"), "0x1000");
}

TEST(InspectFrozen, OptionsOfImagesMakeNoSense)
{
    const FrozenImage guest;
    const auto run = run_husk({"inspect", guest.path(), "--mode", "real"});
    EXPECT_EQ(run.status, 120);
    EXPECT_THAT(run.err, HasSubstr("--mode: only for an image"));
    EXPECT_EQ(run_husk({"inspect", guest.path(), "--memory", "4M"}).status, 120);
}

TEST(BootInspect, AtTheStartAndAtTheStop)
{
    const ImageFile image{hello(x86::Mode::Long)};
    for (const std::string& engine : kEngines) {
        const auto start = run_husk({"boot", image.path(), "--inspect=start", "--engine", engine});
        EXPECT_EQ(start.status, 0);
        EXPECT_EQ(start.out, "Hello, world!\n");
        EXPECT_THAT(start.err, HasSubstr("rax 0000000000000000"));
        for (const std::string word : {"--inspect", "--inspect=stop"}) {
            const auto stop = run_husk({"boot", word, image.path(), "--engine", engine});
            EXPECT_EQ(stop.out, "Hello, world!\n");
            EXPECT_THAT(stop.err, HasSubstr("rax 000000000000002a"));
            EXPECT_THAT(stop.err, HasSubstr("ACCESSED"));
        }
    }
    EXPECT_EQ(run_husk({"boot", image.path()}).err.find("bit by bit"), std::string::npos);
}

TEST(BootInspect, AlsoOfAFault)
{
    const ImageFile image{bytes(0xA1, 0, 0, 0, 0x40, 0, 0, 0, 0)};  // mov eax, [0x40000000]
    const auto run = run_husk({"boot", image.path(), "--inspect"});
    EXPECT_THAT(run.err, HasSubstr("triple fault"));
    if (run.err.find("resets the registers") == std::string::npos) {
        EXPECT_THAT(run.err, HasSubstr("CR2 0x40000000: the address of the last page fault\n"));
    }
}

TEST(BootInspect, HowTheFaultingAddressTranslates)
{
    if (!HUSK_SOFT_ENGINE) GTEST_SKIP() << "no software engine";
    const ImageFile image{bytes(0xA3, 0, 0, 0, 0x40, 0, 0, 0, 0)};  // mov [0x40000000], eax
    const auto run = run_husk({"boot", image.path(), "--inspect", "--engine", "soft"});
    EXPECT_THAT(run.err, HasSubstr("page fault\n0x40000000: 4-level paging"));
    EXPECT_THAT(run.err, HasSubstr("ring 0 write   #PF, error code 0x2: the PDPTE is not present  <- as it happened\n"));
    EXPECT_THAT(run.err, Not(HasSubstr("how 0x40000000 translates"))) << "told once";
    const auto json = nlohmann::json::parse(run_husk({"boot", image.path(), "--inspect", "--engine", "soft", "--json"}).out);
    EXPECT_EQ(json.at("explained").at("address").at("linear"), "0x40000000");
    EXPECT_EQ(json.at("explained").at("page_tables").at("tables"), 3);
}

TEST(BootInspect, NoOtherWords)
{
    const ImageFile image{hello(x86::Mode::Long)};
    const auto run = run_husk({"boot", image.path(), "--inspect=later"});
    EXPECT_EQ(run.status, 120);
    EXPECT_THAT(run.err, HasSubstr("--inspect: 'later' is not start or stop"));
}

}  // namespace
}  // namespace husk::test
