// What comes to `husk boot --gdb` that is no debugger, or an odd one.
#include "support/bytes.hpp"
#include "support/command.hpp"
#include "support/debugger.hpp"
#include "support/image_file.hpp"
#include "support/temp_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

namespace husk::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr auto kSpin = bytes(0xB0, 'x', 0xE6, 0xE9, 0xEB, 0xFE);  // prints 'x', then spins

class GdbHostile : public testing::Test {
protected:
    std::string socket() const { return folder_.path() + "/gdb"; }
    std::vector<std::string> words() const { return {"boot", image_.path(), "--engine", "auto", "--gdb", "unix:" + socket()}; }

    /// The guest is still there, and ends when it is told to.
    void expect_alive(Running& husk)
    {
        {
            RawDebugger next{socket()};
            EXPECT_THAT(next.ask("?"), StartsWith("T"));
            next.send(debug::gdb::frame("k"));
            EXPECT_TRUE(next.answer().empty());
        }
        finished_ = husk.wait();
        EXPECT_EQ(finished_.status, 137);
        EXPECT_FALSE(std::filesystem::exists(socket())) << "the socket is gone with it";
    }

    TempFolder folder_;
    ImageFile image_{kSpin};
    Finished finished_;
};

TEST_F(GdbHostile, WhatSpeaksAnotherProtocolIsHungUpOn)
{
    Running husk{words()};
    {
        const RawDebugger other{socket()};
        other.send("+");
        for (int i = 0; i < 100; ++i) other.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        EXPECT_TRUE(other.is_hung_up());
    }
    expect_alive(husk);
    EXPECT_THAT(finished_.err, HasSubstr("not GDB's protocol"));
}

TEST_F(GdbHostile, AWebPageCannotSendPackets)
{
    Running husk{words()};
    {
        const RawDebugger browser{socket()};
        browser.send("POST / HTTP/1.1\r\nHost: localhost\r\n\r\n" + debug::gdb::frame("k"));
        EXPECT_TRUE(browser.is_hung_up());
    }
    expect_alive(husk);
    EXPECT_THAT(finished_.err, HasSubstr("not GDB's protocol"));
}

TEST_F(GdbHostile, WhatDoesNotWaitForAnswersIsHungUpOn)
{
    Running husk{words()};
    {
        const RawDebugger hasty{socket()};
        hasty.send(debug::gdb::frame("c"));
        EXPECT_EQ(husk.read(1), "x");
        for (int i = 0; i < 100'000; ++i) hasty.send(debug::gdb::frame("g"));
    }
    expect_alive(husk);
    EXPECT_THAT(finished_.err, HasSubstr("without waiting for answers"));
}

TEST_F(GdbHostile, HalfAPacketAndAHangUp)
{
    Running husk{words()};
    for (const char* half : {"", "$", "$m1000", "$g#", "$g#6", "+++"}) RawDebugger{socket()}.send(half);
    expect_alive(husk);
    EXPECT_THAT(finished_.err, HasSubstr("the debugger hung up; the guest waits for another at " + socket()));
}

TEST_F(GdbHostile, PacketsThatNeverEnd)
{
    Running husk{words()};
    {
        RawDebugger giant{socket()};
        giant.send("$" + std::string(1 << 20, 'x'));
        giant.send("#00");
        EXPECT_THAT(giant.ask("qC"), "QC1") << "the next is whole again";
        giant.send("$" + std::string(1 << 20, 'x'));
    }
    expect_alive(husk);
    EXPECT_THAT(finished_.err, HasSubstr("a packet is longer than 16384 bytes"));
}

TEST_F(GdbHostile, WrongNumbersOfEverything)
{
    Running husk{words()};
    {
        RawDebugger odd{socket()};
        for (const char* body :
             {"m0,ffffffffffffffff", "mffffffffffffffff,10", "Mffffffffffffffff,2:0000", "pffffffff", "Pffffffff=00",
              "Z2,ffffffffffffffff,ffffffffffffffff", "Z0,ffffffffffffffff,1", "z4,0,0", "Hgffffff", "vCont;c:7777",
              "qXfer:features:read:target.xml:ffffffffffffffff,ffffffffffffffff", "qRcmd,78702030783020666666"}) {
            odd.send(debug::gdb::frame(body));
            odd.send("\3");
            odd.answer();
        }
    }
    expect_alive(husk);
}

TEST_F(GdbHostile, ASecondDebuggerIsTurnedAway)
{
    Running husk{words()};
    {
        RawDebugger first{socket()};
        EXPECT_EQ(first.ask("qC"), "QC1");
        EXPECT_TRUE(RawDebugger{socket()}.is_hung_up());
        EXPECT_EQ(first.ask("qC"), "QC1") << "the first goes on";
        first.send(debug::gdb::frame("c"));
        EXPECT_EQ(husk.read(1), "x");
        EXPECT_TRUE(RawDebugger{socket()}.is_hung_up()) << "also while the guest runs";
        first.send("\3");
        EXPECT_THAT(first.answer(), StartsWith("T02"));
    }
    expect_alive(husk);
    EXPECT_THAT(finished_.err, HasSubstr("another debugger was turned away"));
}

TEST_F(GdbHostile, AHangUpStopsARunningGuestForTheNext)
{
    Running husk{words()};
    {
        const RawDebugger first{socket()};
        first.send(debug::gdb::frame("c"));
        EXPECT_EQ(husk.read(1), "x");
    }
    expect_alive(husk);
}

TEST_F(GdbHostile, SignalsEndHuskWhateverTheDebuggerDoes)
{
    for (const bool connected : {false, true}) {
        Running husk{words()};
        RawDebugger debugger{socket()};
        EXPECT_EQ(debugger.ask("qC"), "QC1");
        if (connected) {
            debugger.send(debug::gdb::frame("c"));
            EXPECT_EQ(husk.read(1), "x");
        }
        husk.send(SIGINT);
        EXPECT_EQ(husk.wait().status, 130);
        EXPECT_FALSE(std::filesystem::exists(socket()));
    }
}

TEST_F(GdbHostile, TimeIsTheGuestsAndNotTheDebuggers)
{
    auto with_timeout = words();
    with_timeout.insert(with_timeout.end(), {"--timeout", "0.3"});
    Running husk{with_timeout};
    RawDebugger debugger{socket()};
    EXPECT_THAT(debugger.ask("c"), StartsWith("O"));
    EXPECT_EQ(debugger.answer(), "X0e");
    EXPECT_EQ(husk.wait().status, 124);
}

TEST_F(GdbHostile, AddressesThatAreNoneAreNamed)
{
    for (const char* address : {"", "x", "65536", "localhost:", "unix:", "no.such.host.invalid:1", ":1", "1:2:3"}) {
        const auto run = run_husk({"boot", image_.path(), "--gdb", address});
        EXPECT_EQ(run.status, 120) << address;
        EXPECT_THAT(run.err, HasSubstr("--gdb")) << address;
    }
    const auto taken = run_husk({"boot", image_.path(), "--gdb", "unix:" + image_.path()});
    EXPECT_EQ(taken.status, 122);
    EXPECT_THAT(taken.err, HasSubstr("bind: Address already in use"));
    EXPECT_TRUE(std::filesystem::exists(image_.path())) << "what was there stays there";
}

}  // namespace
}  // namespace husk::test
