#include "support/bytes.hpp"
#include "support/command.hpp"
#include "support/image_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <termios.h>

#include <csignal>

namespace husk::test {
namespace {

using testing::HasSubstr;

// Prints 'x', then spins.
constexpr auto kPrintAndSpin = bytes(0xB0, 'x', 0xE6, 0xE9, 0xEB, 0xFE);

TEST(BootStop, OutOfTimeKeepsTheOutput)
{
    const ImageFile image{kPrintAndSpin};
    const auto run = run_husk({"boot", image.path(), "--timeout", "0.5"});
    EXPECT_EQ(run.status, 124);
    EXPECT_EQ(run.out, "x");
    EXPECT_THAT(run.err, HasSubstr("out of time"));
    EXPECT_THAT(run.err, HasSubstr("jmp"));
}

TEST(BootStop, InterruptIsReportedAndKeepsTheOutput)
{
    for (const auto& [signal, status] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143}}) {
        const ImageFile image{kPrintAndSpin};
        Running husk{{"boot", image.path(), "--json"}};
        const ImageFile plain{kPrintAndSpin};
        Running spinning{{"boot", plain.path()}};
        EXPECT_EQ(spinning.read(1), "x");
        spinning.send(signal);
        const auto run = spinning.wait();
        EXPECT_EQ(run.status, status);
        EXPECT_THAT(run.err, HasSubstr("cancelled"));
    }
}

TEST(BootStop, InterruptLeavesTheTerminalSane)
{
    const ImageFile image{bytes(0x66, 0xBA, 0xFD, 0x03, 0xEC,  // in al, line status
                                0xB0, 'x', 0xE6, 0xE9,         // out 0xE9, 'x'
                                0xEB, 0xFE)};                  // jmp self
    int master = -1;
    int slave = -1;
    if (::openpty(&master, &slave, nullptr, nullptr, nullptr) != 0) GTEST_SKIP() << "no pseudo-terminals on this machine";
    const UniqueFd keep_master{master};
    const UniqueFd terminal{slave};
    termios before{};
    ASSERT_EQ(::tcgetattr(slave, &before), 0);

    Running husk{{"boot", image.path()}, slave};
    EXPECT_EQ(husk.read(1), "x");
    termios during{};
    ::tcgetattr(slave, &during);
    EXPECT_EQ(during.c_lflag & (ICANON | ECHO), 0u) << "single characters, no echo";
    husk.send(SIGINT);
    EXPECT_EQ(husk.wait().status, 130);
    termios after{};
    ::tcgetattr(slave, &after);
    EXPECT_EQ(after.c_lflag, before.c_lflag);
}

TEST(BootStop, ClosedStdoutIsAnErrorWithAName)
{
    const ImageFile image{bytes(0xB0, 'x', 0xE6, 0xE9, 0xEB, 0xFC)};  // prints for ever
    Running husk{{"boot", image.path()}};
    EXPECT_EQ(husk.read(1), "x");
    husk.close_output();
    const auto run = husk.wait();
    EXPECT_EQ(run.status, 122);
    EXPECT_THAT(run.err, HasSubstr("write to stdout: Broken pipe"));
}

TEST(BootStop, FaultIsExplained)
{
    const ImageFile image{bytes(0xA2, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00)};  // mov [0x100000000], al
    const auto run = run_husk({"boot", image.path()});
    EXPECT_TRUE(run.status == 101 || run.status == 102) << run.status;
    EXPECT_THAT(run.err, HasSubstr("movabs byte ptr [0x100000000], al"));
    EXPECT_THAT(run.err, HasSubstr("cr0 80050033 (PE MP ET NE WP AM PG)"));
    EXPECT_THAT(run.err, HasSubstr("how 0x100000000 translates:"));
    EXPECT_THAT(run.err, HasSubstr("PDPTE"));
    EXPECT_THAT(run.err, HasSubstr("0x100000000 is not mapped"));
}

TEST(BootStop, HaltThatNothingCanEnd)
{
    const ImageFile image{bytes(0xFB, 0xF4)};  // sti; hlt
    const auto run = run_husk({"boot", image.path()});
    EXPECT_EQ(run.status, 103);
    EXPECT_THAT(run.err, HasSubstr("nothing can wake it"));
}

TEST(BootStop, StrictNamesWhatWasTouched)
{
    const ImageFile port{bytes(0xE4, 0x71, 0xF4)};  // in al, 0x71
    const auto one = run_husk({"boot", port.path(), "--strict"});
    EXPECT_EQ(one.status, 104);
    EXPECT_THAT(one.err, HasSubstr("read 1 byte from port 0x71"));

    const ImageFile hole{bytes(0xA2, 0x00, 0x00, 0x00, 0x10, 0xF4)};  // mov [0x10000000], al
    const auto two = run_husk({"boot", hole.path(), "--strict", "--mode", "protected"});
    EXPECT_EQ(two.status, 104);
    EXPECT_THAT(two.err, HasSubstr("wrote 1 byte to address 0x10000000"));
}

TEST(BootStop, JumpIntoNothing)
{
    const ImageFile image{bytes(0xB8, 0x00, 0x00, 0x00, 0xF0, 0xFF, 0xE0)};  // mov eax, 0xF0000000; jmp eax
    const auto run = run_husk({"boot", image.path(), "--mode", "protected"});
    EXPECT_EQ(run.status, 104);
    EXPECT_THAT(run.err, HasSubstr("jumped to 0xf0000000, where there is no memory"));
}

}  // namespace
}  // namespace husk::test
