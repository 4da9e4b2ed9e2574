#include "debug/gdb/packet.hpp"
#include "debug/gdb/session.hpp"

#include "support/fake_target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace husk::debug::gdb {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class GdbSession : public testing::Test {
protected:
    std::string answer(std::string_view body)
    {
        const Outcome outcome = session_.answer(body);
        const auto* found = std::get_if<outcomes::Answer>(&outcome);
        return found != nullptr ? found->body : "not an answer";
    }

    test::FakeTarget target_;
    Session session_{target_};
};

TEST_F(GdbSession, TellsWhatItHas)
{
    EXPECT_THAT(answer("qSupported"), HasSubstr("PacketSize=4000"));
    EXPECT_THAT(answer("qSupported"), HasSubstr("qXfer:auxv:read+")) << "the target's objects";
    EXPECT_EQ(answer("vMustReplyEmpty"), "");
    EXPECT_EQ(answer("vCont?"), "vCont;c;C;s;S");
    EXPECT_TRUE(session_.acknowledges());
    EXPECT_EQ(answer("QStartNoAckMode"), "OK");
    EXPECT_FALSE(session_.acknowledges());
}

TEST_F(GdbSession, MemoryIsReadAsFarAsItGoes)
{
    EXPECT_EQ(answer("M1000,2:beef"), "OK");
    EXPECT_EQ(answer("m1000,3"), "beef00");
    EXPECT_EQ(answer("m10fe,8"), "0000") << "its end";
    EXPECT_EQ(answer("m2000,1"), "E0e");
    EXPECT_EQ(answer("M10ff,2:0000"), "E0e");
    EXPECT_EQ(answer("m1000,0"), "");
    EXPECT_EQ(answer("m1000,ffffffffffffffff").size(), 512u) << "no more than there is";
    EXPECT_EQ(answer("m10"), "E.a read of memory is not ADDR,SIZE");
}

TEST_F(GdbSession, RegistersAreThoseOfTheSelectedThread)
{
    EXPECT_EQ(answer("P0=0807060504030201"), "OK");
    EXPECT_EQ(answer("p0"), "0807060504030201");
    EXPECT_EQ(target_.state(1).registers.rax, 0x0102030405060708u);
    EXPECT_EQ(answer("Hg2"), "OK");
    EXPECT_EQ(answer("p0"), "0000000000000000");
    EXPECT_EQ(answer("Hg3"), "E16");
    EXPECT_EQ(answer("Hg0"), "OK");
    EXPECT_EQ(answer("p0"), "0000000000000000") << "any: the one at hand";
    EXPECT_EQ(answer("p7f"), "E16");
    EXPECT_EQ(answer("P0=00"), "E16") << "not its size";
    EXPECT_EQ(answer("G00"), "E16");
    EXPECT_EQ(answer("Hg1"), "OK");
    const std::string all = answer("g");
    EXPECT_THAT(all, StartsWith("0807060504030201"));
    EXPECT_EQ(answer("G" + std::string(all.size(), '1')), "OK");
    EXPECT_EQ(target_.state(1).registers.rbx, 0x1111111111111111u);
}

TEST_F(GdbSession, ThreadsAreListedAndNamed)
{
    EXPECT_EQ(answer("qfThreadInfo"), "m1,2");
    EXPECT_EQ(answer("qsThreadInfo"), "l");
    EXPECT_EQ(answer("qC"), "QC1");
    EXPECT_EQ(answer("T2"), "OK");
    EXPECT_EQ(answer("T3"), "E16");
    EXPECT_EQ(answer("qThreadExtraInfo,2"), "7468726561642032");
}

TEST_F(GdbSession, BreakpointsAreKeptAndRefusedByName)
{
    EXPECT_EQ(answer("Z0,1000,1"), "OK");
    EXPECT_EQ(answer("Z0,1000,1"), "OK") << "twice is once";
    EXPECT_EQ(answer("Z1,1000,1"), "OK");
    EXPECT_EQ(answer("Z2,1008,8"), "OK");
    EXPECT_THAT(target_.breakpoints,
                ElementsAre(Breakpoint{.at = GuestVirt{0x1000}}, Breakpoint{.at = GuestVirt{0x1000}, .hardware = true},
                            Breakpoint{.on = Breakpoint::On::Write, .at = GuestVirt{0x1008}, .size = 8}));
    EXPECT_EQ(answer("Z3,1010,4"), "OK");
    EXPECT_THAT(answer("Z4,1018,4"), HasSubstr("there are no more"));
    EXPECT_EQ(target_.breakpoints.size(), 4u);
    EXPECT_EQ(answer("z2,1008,8"), "OK");
    EXPECT_EQ(answer("z2,1008,8"), "OK") << "none there";
    EXPECT_EQ(target_.breakpoints.size(), 3u);
    EXPECT_EQ(answer("Z2,1008,0"), "E16") << "on no bytes";
}

TEST_F(GdbSession, ObjectsAreGivenInPieces)
{
    EXPECT_EQ(answer("qXfer:auxv:read::0,4"), "mabcd");
    EXPECT_EQ(answer("qXfer:auxv:read::4,4"), "lef");
    EXPECT_EQ(answer("qXfer:auxv:read::6,4"), "l");
    EXPECT_EQ(answer("qXfer:auxv:read::ffffffffffffffff,4"), "l");
    EXPECT_EQ(answer("qXfer:libraries:read::0,4"), "") << "not among them";
    EXPECT_THAT(answer("qXfer:features:read:target.xml:0,40"), StartsWith("m<?xml"));
    EXPECT_EQ(answer("qXfer:features:read:other.xml:0,40"), "E00");
}

TEST_F(GdbSession, GoingOnIsForTheServer)
{
    EXPECT_TRUE(std::holds_alternative<outcomes::GoOn>(session_.answer("c")));
    EXPECT_TRUE(std::holds_alternative<outcomes::GoOn>(session_.answer("s1234")));
    EXPECT_EQ(target_.state(1).registers.rip, 0x1234u);
    EXPECT_TRUE(std::holds_alternative<outcomes::Detached>(session_.answer("D;1")));
    EXPECT_TRUE(std::holds_alternative<outcomes::Killed>(session_.answer("k")));
}

TEST_F(GdbSession, StopsAreToldWithTheirReason)
{
    EXPECT_THAT(session_.tell({.reason = "watch:800;"}), ElementsAre("T05thread:1;watch:800;"));
    EXPECT_THAT(session_.tell({.kind = StopReport::Kind::Exited, .number = 7, .words = "so"}), ElementsAre("O736f0a", "W07"));
    EXPECT_THAT(session_.tell({.kind = StopReport::Kind::Terminated, .number = 11}), ElementsAre("X0b"));
    EXPECT_EQ(answer("?"), "T05thread:1;");
}

TEST_F(GdbSession, MonitorCommandsAreTheTargets)
{
    EXPECT_EQ(answer("qRcmd,6869"), "796f752073616964206869");
    EXPECT_LE(answer("qRcmd," + std::string(16000, '6')).size(), kLongestPacket) << "cut, for it must fit";
}

}  // namespace
}  // namespace husk::debug::gdb
