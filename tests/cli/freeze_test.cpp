// husk freeze --boot: the points, and what is wrong with what it is given.
#include "support/bytes.hpp"
#include "support/frozen_image.hpp"
#include "support/image_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>

namespace husk::test {
namespace {

using testing::HasSubstr;

// Prints 'x', then spins.
constexpr auto kPrintAndSpin = bytes(0xB0, 'x', 0xE6, 0xE9, 0xEB, 0xFE);
constexpr auto kHalt = bytes(0xF4);

TEST(FreezeCommand, WhereTheGuestAsks)
{
    for (const auto& options : {std::vector<std::string>{}, {"--at", "asked"}}) {
        const FrozenImage guest{kPrimes, options};
        EXPECT_EQ(guest.run().status, 0) << guest.run().err;
        EXPECT_EQ(guest.run().out, "ready\n");
        EXPECT_EQ(guest.thaw().out, "thaw 1: prime 1 is 2\n");
    }
}

TEST(FreezeCommand, Compressed)
{
    const FrozenImage plain;
    const FrozenImage guest{kPrimes, {"--compress"}};
    EXPECT_EQ(guest.run().status, 0) << guest.run().err;
    EXPECT_LT(std::filesystem::file_size(guest.path()), std::filesystem::file_size(plain.path()) / 2);
    EXPECT_EQ(guest.thaw().out, "thaw 1: prime 1 is 2\n");
}

TEST(FreezeCommand, WhereASymbolIs)
{
    const FrozenImage guest{kPrimes, {"--at", "symbol:answer"}};
    EXPECT_EQ(guest.run().status, 0) << guest.run().err;
    EXPECT_EQ(guest.run().out, "ready\nthaw 0: prime 0 is ");
    for (int i = 0; i < 2; ++i) EXPECT_EQ(guest.thaw().out, "1\n") << "nothing of the breakpoint is left";
}

TEST(FreezeCommand, AtTheFirstInstruction)
{
    const FrozenImage guest{kPrimes, {"--at", "symbol:_start"}};
    EXPECT_EQ(guest.run().status, 0) << guest.run().err;
    EXPECT_EQ(guest.run().out, "");
    EXPECT_EQ(guest.thaw().out, "ready\nthaw 0: prime 0 is 1\n");
}

TEST(FreezeCommand, AfterATime)
{
    const ImageFile image{kPrintAndSpin};
    const FrozenImage guest{image.path(), {"--at", "after:0.2"}};
    EXPECT_EQ(guest.run().status, 0) << guest.run().err;
    EXPECT_EQ(guest.run().out, "x");
    const auto thawed = guest.thaw({"--timeout", "0.2"});
    EXPECT_EQ(thawed.status, 124);
    EXPECT_EQ(thawed.out, "");
    EXPECT_THAT(thawed.err, HasSubstr("jmp"));
}

TEST(FreezeCommand, AtASignal)
{
    const ImageFile image{kPrintAndSpin};
    const TempFolder folder;
    Running husk{{"freeze", "-o", folder / "file", "--at", "signal", "--boot", image.path()}};
    EXPECT_EQ(husk.read(1), "x");
    husk.send(SIGUSR1);
    const auto run = husk.wait();
    EXPECT_EQ(run.status, 0) << run.err;
    EXPECT_EQ(run_husk({"thaw", folder / "file", "--timeout", "0.2"}).status, 124);
}

TEST(FreezeCommand, InterruptFreezesNothing)
{
    const ImageFile image{kPrintAndSpin};
    for (const auto* const at : {"signal", "asked", "after:1000"}) {
        const TempFolder folder;
        Running husk{{"freeze", "-o", folder / "file", "--at", at, "--boot", image.path()}};
        EXPECT_EQ(husk.read(1), "x");
        husk.send(SIGINT);
        EXPECT_EQ(husk.wait().status, 130);
        EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
    }
}

TEST(FreezeCommand, AGuestThatEndsBefore)
{
    const ImageFile image{kHalt};
    for (const auto* const at : {"asked", "after:1000", "signal"}) {
        const FrozenImage guest{image.path(), {"--at", at}};
        EXPECT_EQ(guest.run().status, 108) << at;
        EXPECT_THAT(guest.run().err, HasSubstr("not frozen, it did not come to the point"));
        EXPECT_THAT(guest.run().err, HasSubstr("halted with interrupts off"));
        EXPECT_FALSE(std::filesystem::exists(guest.path()));
    }
    const ImageFile exits{bytes(0xB0, 0x07, 0xE6, 0xF4)};  // mov al, 7; out 0xF4, al
    EXPECT_EQ(FrozenImage{exits.path()}.run().status, 108);
}

TEST(FreezeCommand, AGuestThatDiesBeforeIsExplained)
{
    const ImageFile image{bytes(0x0F, 0x0B)};  // ud2
    const FrozenImage guest{image.path()};
    EXPECT_THAT(guest.run().status, testing::AnyOf(101, 102));
    EXPECT_THAT(guest.run().err, HasSubstr("ud2"));
}

TEST(FreezeCommand, AGuestThatNeverComesThere)
{
    const ImageFile image{kPrintAndSpin};
    for (const auto* const at : {"asked", "after:1000"}) {
        const FrozenImage guest{image.path(), {"--at", at, "--timeout", "0.2"}};
        EXPECT_EQ(guest.run().status, 124) << at;
        EXPECT_THAT(guest.run().err, HasSubstr("out of time"));
        EXPECT_FALSE(std::filesystem::exists(guest.path()));
    }
}

TEST(FreezeCommand, SymbolsThatAreNot)
{
    const FrozenImage none{kPrimes, {"--at", "symbol:nowhere"}};
    EXPECT_EQ(none.run().status, 121);
    EXPECT_THAT(none.run().err, HasSubstr("symbol 'nowhere': is not in the file"));
    const ImageFile flat{kHalt};
    const FrozenImage image{flat.path(), {"--at", "symbol:main"}};
    EXPECT_EQ(image.run().status, 121);
    EXPECT_THAT(image.run().err, HasSubstr("only an ELF file has symbols"));
}

TEST(FreezeCommand, LeavesWhatWasThereUntilItIsDone)
{
    const TempFolder folder;
    const std::string file = folder.write("file", "old");
    const ImageFile image{kHalt};
    EXPECT_EQ(run_husk({"freeze", "-o", file, "--boot", image.path()}).status, 108);
    EXPECT_EQ(std::filesystem::file_size(file), 3u);
    EXPECT_EQ(run_husk({"freeze", "-o", file, "--boot", kPrimes}).status, 0);
    EXPECT_GT(std::filesystem::file_size(file), 3u);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator{folder.path()}, {}), 1) << "nothing else is left";
}

TEST(FreezeCommand, PlacesWhereNothingCanBeWritten)
{
    const TempFolder folder;
    const auto nowhere = run_husk({"freeze", "-o", folder / "no/file", "--boot", kPrimes});
    EXPECT_EQ(nowhere.status, 122);
    EXPECT_EQ(nowhere.out, "") << "found out before the guest runs";
    EXPECT_THAT(nowhere.err, HasSubstr("there is no folder " + (folder / "no")));
    const auto is_folder = run_husk({"freeze", "-o", folder.path(), "--boot", kPrimes});
    EXPECT_EQ(is_folder.status, 122);
    EXPECT_THAT(is_folder.err, HasSubstr("Is a directory"));
    EXPECT_EQ(run_husk({"freeze", "-o", "/proc/file", "--boot", kPrimes}).status, 122);
    const auto device = run_husk({"freeze", "-o", "/dev/null", "--boot", kPrimes});
    EXPECT_EQ(device.status, 122);
    EXPECT_EQ(device.out, "");
    EXPECT_THAT(device.err, HasSubstr("only a regular file is replaced"));
}

struct BadFreeze {
    std::vector<std::string> words;
    int status;
    std::string message;
};

class BadFreezeWords : public testing::TestWithParam<BadFreeze> {};

TEST_P(BadFreezeWords, AreRefusedWithTheirReason)
{
    const TempFolder folder;
    auto words = GetParam().words;
    std::ranges::replace(words, "FILE", folder / "file");
    std::ranges::replace(words, "IMAGE", kPrimes);
    words.insert(words.begin(), "freeze");
    const auto run = run_husk(words);
    EXPECT_EQ(run.status, GetParam().status);
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.err, HasSubstr(GetParam().message));
    EXPECT_FALSE(std::filesystem::exists(folder / "file"));
}

INSTANTIATE_TEST_SUITE_P(
    Each, BadFreezeWords,
    testing::Values(BadFreeze{{"--boot", "IMAGE"}, 120, "-o is required"},
                    BadFreeze{{"-o", "", "--boot", "IMAGE"}, 120, "'' is no file's name"},
                    BadFreeze{{"-o", "FILE", "--boot", "IMAGE", "--at", "noon"}, 120, "--at: 'noon' is not asked, stdin"},
                    BadFreeze{{"-o", "FILE", "--boot", "IMAGE", "--at", ""}, 120, "--at: '' is not"},
                    BadFreeze{{"-o", "FILE", "--boot", "IMAGE", "--at", "after:soon"}, 120, "'soon' is not a number of seconds"},
                    BadFreeze{{"-o", "FILE", "--boot", "IMAGE", "--at", "after:0"}, 120, "more than 0"},
                    BadFreeze{{"-o", "FILE", "--boot", "IMAGE", "--at", "symbol:"}, 120, "needs a name"},
                    BadFreeze{{"-o", "FILE", "--boot", "IMAGE", "--at", "call:read:0"}, 120, "'0' must be more than 0"},
                    BadFreeze{{"-o", "FILE", "--boot", "IMAGE", "--at", "call:frob"}, 120, "'frob' is no system call"},
                    BadFreeze{{"-o", "FILE", "--boot", "IMAGE", "--at", "call:read:2"}, 120, "only programs make system calls"},
                    BadFreeze{{"-o", "FILE", "--boot", "IMAGE", "--at", "stdin"}, 120, "only programs make system calls"},
                    BadFreeze{{"-o", "FILE", "--boot", "IMAGE", "--memory", "5000"}, 120, "whole 4 KiB pages"},
                    BadFreeze{{"-o", "FILE", "--boot", "IMAGE", "--engine", "xen"}, 120, "'xen' is not auto, kvm or soft"},
                    BadFreeze{{"-o", "FILE", "--boot", "/nonexistent"}, 121, "/nonexistent: No such file or directory"},
                    BadFreeze{{"-o", "FILE", "--boot", "/"}, 121, "Is a directory"},
                    BadFreeze{{"-o", "FILE", "--boot", "IMAGE", "--load", "0"}, 121, "is for flat images"}));

}  // namespace
}  // namespace husk::test
