#include "guests/images.hpp"
#include "support/bytes.hpp"
#include "support/command.hpp"
#include "support/image_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace husk::test {
namespace {

using testing::HasSubstr;

constexpr auto kHalt = bytes(0xF4);

struct BadWords {
    std::vector<std::string> words;
    std::string message;
};

class BadCommandLine : public testing::TestWithParam<BadWords> {};

TEST_P(BadCommandLine, IsRefusedWithItsReason)
{
    const ImageFile image{kHalt};
    auto words = GetParam().words;
    std::ranges::replace(words, "IMAGE", image.path());
    const auto run = run_husk(words);
    EXPECT_EQ(run.status, 120);
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.err, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(Each, BadCommandLine,
                         testing::Values(BadWords{{}, "no command given"}, BadWords{{"frob"}, "there is no command 'frob'"},
                                         BadWords{{"boot"}, "IMAGE is required"}, BadWords{{"boot", "IMAGE", "--frob"}, "--frob"},
                                         BadWords{{"boot", "IMAGE", "--timeout", "0"}, "more than 0"},
                                         BadWords{{"boot", "IMAGE", "--timeout", "-1"}, "more than 0"},
                                         BadWords{{"boot", "IMAGE", "--timeout", "soon"}, "'soon' is not a number of seconds"},
                                         BadWords{{"boot", "IMAGE", "--timeout", "nan"}, "--timeout"},
                                         BadWords{{"boot", "IMAGE", "--mode", "virtual"},
                                                  "'virtual' is not real, protected, paged or long"},
                                         BadWords{{"boot", "IMAGE", "--engine", "xen"}, "'xen' is not auto, kvm or soft"},
                                         BadWords{{"boot", "IMAGE", "--memory", "2Q"}, "--memory: '2Q' is not a number"},
                                         BadWords{{"boot", "IMAGE", "--memory", "0"}, "is empty"},
                                         BadWords{{"boot", "IMAGE", "--memory", "5000"}, "whole 4 KiB pages"},
                                         BadWords{{"boot", "IMAGE", "--memory", "99999999T"}, "does not fit into 64 bits"},
                                         BadWords{{"boot", "IMAGE", "--memory", "8192T"}, "52-bit"},
                                         BadWords{{"boot", "IMAGE", "--load", "zero"}, "--load"},
                                         BadWords{{"boot", "IMAGE", "--expect-memory", "0x400"}, "ADDR=VALUE:BYTES"},
                                         BadWords{{"boot", "IMAGE", "--expect-memory", "0x400=1:3"}, "1, 2, 4 or 8"},
                                         BadWords{{"boot", "IMAGE", "--expect-memory", "0x400=256:1"}, "more than 1 byte"},
                                         BadWords{{"boot", "IMAGE", "--expect-ax", "x"}, "--expect-ax"}));

TEST(BadImage, MissingEmptyDirectory)
{
    const auto missing = run_husk({"boot", "/nonexistent/image"});
    EXPECT_EQ(missing.status, 121);
    EXPECT_THAT(missing.err, HasSubstr("/nonexistent/image"));
    EXPECT_THAT(missing.err, HasSubstr("No such file or directory"));

    const ImageFile nothing{{}};
    const auto empty = run_husk({"boot", nothing.path()});
    EXPECT_EQ(empty.status, 121);
    EXPECT_THAT(empty.err, HasSubstr("empty"));

    const auto directory = run_husk({"boot", "/"});
    EXPECT_EQ(directory.status, 121);
    EXPECT_THAT(directory.err, HasSubstr("Is a directory"));
}

TEST(BadImage, LargerThanMemory)
{
    const ImageFile image{pattern(3 << 20)};
    const auto run = run_husk({"boot", image.path()});
    EXPECT_EQ(run.status, 121);
    EXPECT_THAT(run.err, HasSubstr("--memory"));
    const auto paged_over = run_husk({"boot", image.path(), "--memory", "8M"});
    EXPECT_EQ(paged_over.status, 121);
    EXPECT_THAT(paged_over.err, HasSubstr("page tables"));
}

TEST(BadImage, DamagedElfNamesTheFieldAndItsOffset)
{
    std::vector<std::byte> file{guests::long_elf().begin(), guests::long_elf().end()};
    file[0x20] = std::byte{0xFF};  // e_phoff
    file[0x27] = std::byte{0xFF};
    const ImageFile image{file};
    const auto run = run_husk({"boot", image.path()});
    EXPECT_EQ(run.status, 121);
    EXPECT_THAT(run.err, HasSubstr("e_phoff"));
    EXPECT_THAT(run.err, HasSubstr("0x20"));
}

TEST(BadImage, TruncatedElfIsAnErrorAtEveryLength)
{
    const auto whole = guests::long_elf();
    for (const std::size_t size : {std::size_t{4}, std::size_t{16}, std::size_t{63}, std::size_t{64}, whole.size() / 2}) {
        const ImageFile image{whole.first(size)};
        const auto run = run_husk({"boot", image.path(), "--timeout", "5"});
        EXPECT_EQ(run.status, 121) << size << ": " << run.err;
    }
}

TEST(BadImage, AddressesOutsideMemory)
{
    const ImageFile image{kHalt};
    EXPECT_EQ(run_husk({"boot", image.path(), "--load", "0x1ffffff"}).status, 121);
    EXPECT_NE(run_husk({"boot", image.path(), "--entry", "0x1ffffff"}).status, 0);
    EXPECT_NE(run_husk({"boot", image.path(), "--stack", "0xffffffffffffffff"}).status, 0);
    EXPECT_NE(run_husk({"boot", image.path(), "--load", "0xffffffffffffffff"}).status, 0);
}

TEST(BadHost, ConsoleFileThatCannotBeMade)
{
    const ImageFile image{kHalt};
    const auto run = run_husk({"boot", image.path(), "--serial", "/nonexistent/file"});
    EXPECT_EQ(run.status, 122);
    EXPECT_THAT(run.err, HasSubstr("open /nonexistent/file: No such file or directory"));
}

TEST(BadHost, FullDiskIsNamed)
{
    const ImageFile image{bytes(0xB0, 'x', 0xE6, 0xE9, 0xF4)};
    const auto run = run_husk({"boot", image.path(), "--debugcon", "/dev/full"});
    EXPECT_EQ(run.status, 122);
    EXPECT_THAT(run.err, HasSubstr("write to /dev/full: No space left on device"));
}

}  // namespace
}  // namespace husk::test
