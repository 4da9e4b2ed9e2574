#include "debug/gdb/request.hpp"

#include <gtest/gtest.h>

namespace husk::debug::gdb {
namespace {

using namespace requests;

template <typename Expected>
Expected as(std::string_view body)
{
    const Request request = parse_request(body);
    const auto* found = std::get_if<Expected>(&request);
    EXPECT_NE(found, nullptr) << body << " is request " << request.index();
    return found != nullptr ? *found : Expected{};
}

TEST(GdbRequest, MemoryHasAddressAndSize)
{
    const auto read = as<ReadMemory>("mffffffff81000000,40");
    EXPECT_EQ(read.at, 0xffff'ffff'8100'0000u);
    EXPECT_EQ(read.size, 0x40u);
    EXPECT_FALSE(read.physical);
    EXPECT_TRUE(as<ReadMemory>("qHusk.physical:1000,8").physical);
    EXPECT_EQ(as<WriteMemory>("M1000,2:beef").bytes, "\xBE\xEF");
    EXPECT_EQ(as<WriteMemory>("X1000,3:a:b").bytes, "a:b");
}

TEST(GdbRequest, RegistersHaveNumbers)
{
    EXPECT_EQ(as<ReadRegister>("p1f").number, 0x1fu);
    const auto write = as<WriteRegister>("P10=0011");
    EXPECT_EQ(write.number, 0x10u);
    EXPECT_EQ(write.bytes, std::string("\0\x11", 2));
}

TEST(GdbRequest, GoingOnNamesThreadsAndSignals)
{
    EXPECT_FALSE(as<Resume>("c").actions.at(0).step);
    EXPECT_EQ(as<Resume>("s1000").at, 0x1000u);
    EXPECT_EQ(as<Resume>("C05").actions.at(0).signal, 5);
    EXPECT_EQ(as<Resume>("S0b;20").at, 0x20u);
    const auto resume = as<Resume>("vCont;s:1;C0b:2;c");
    ASSERT_EQ(resume.actions.size(), 3u);
    EXPECT_TRUE(resume.actions[0].step);
    EXPECT_EQ(resume.actions[0].thread, 1);
    EXPECT_EQ(resume.actions[1].signal, 11);
    EXPECT_EQ(resume.actions[2].thread, kAllThreads);
    EXPECT_EQ(as<Resume>("vCont;c:-1").actions.at(0).thread, kAllThreads);
}

TEST(GdbRequest, BreakpointsAreOfFiveKinds)
{
    using Kind = SetBreakpoint::Kind;
    const auto hardware = as<SetBreakpoint>("Z1,401000,1");
    EXPECT_TRUE(hardware.insert);
    EXPECT_EQ(hardware.kind, Kind::Hardware);
    EXPECT_EQ(hardware.at, 0x401000u);
    const auto watch = as<SetBreakpoint>("z4,800,8");
    EXPECT_FALSE(watch.insert);
    EXPECT_EQ(watch.kind, Kind::Access);
    EXPECT_EQ(watch.size, 8u);
    EXPECT_EQ(as<SetBreakpoint>("Z0,10,1;X1,00").at, 0x10u) << "conditions are GDB's to evaluate";
    as<Unknown>("Z5,0,0");
}

TEST(GdbRequest, Queries)
{
    as<AskSupport>("qSupported:multiprocess+;swbreak+");
    as<StopAcknowledging>("QStartNoAckMode");
    as<CurrentThread>("qC");
    as<FirstThreads>("qfThreadInfo");
    as<MoreThreads>("qsThreadInfo");
    as<AskAttached>("qAttached");
    as<AskActions>("vCont?");
    EXPECT_EQ(as<Monitor>("qRcmd,68656c70").command, "help");
    const auto object = as<ReadObject>("qXfer:features:read:target.xml:0,ffb");
    EXPECT_EQ(object.kind, "features");
    EXPECT_EQ(object.annex, "target.xml");
    EXPECT_EQ(object.size, 0xffbu);
    EXPECT_EQ(as<SelectThread>("Hg-1").thread, kAllThreads);
    EXPECT_TRUE(as<SelectThread>("Hc1").for_resume);
    EXPECT_TRUE(as<Kill>("vKill;1").answer);
    EXPECT_FALSE(as<Kill>("k").answer);
    as<Detach>("D");
    as<WhyStopped>("?");
}

TEST(GdbRequest, WhatIsNotServedIsUnknown)
{
    for (const auto* body :
         {"", "vMustReplyEmpty", "qTStatus", "!", "QNonStop:1", "vFile:unlink:0", "qXfer:features:write:x:0:00", "qCRC:0,1"})
        as<Unknown>(body);
}

TEST(GdbRequest, WhatIsMalformedSaysWhy)
{
    for (const auto* body : {"m",
                             "m10",
                             "m,4",
                             "m10,",
                             "m10,4x",
                             "m12345678123456781,4",
                             "M10,2:be",
                             "M10,2:zz",
                             "M10,2",
                             "X10,5:abc",
                             "p",
                             "pz",
                             "P10",
                             "P10=1",
                             "Gz",
                             "Cxx",
                             "C123",
                             "S05,1",
                             "sz",
                             "vCont;",
                             "vCont;x",
                             "vCont;c:",
                             "vCont;C",
                             "vCont;c1",
                             "Z0",
                             "Z0,",
                             "Z0,10",
                             "H",
                             "Hg",
                             "Hg1x",
                             "T",
                             "T-",
                             "qRcmd,6",
                             "qRcmd,zz",
                             "qXfer:auxv:read:",
                             "qXfer:auxv:read::0",
                             "qThreadExtraInfo,",
                             "Hgffffffffffffffff"}) {
        const Request request = parse_request(body);
        const auto* bad = std::get_if<Malformed>(&request);
        const bool unknown = std::holds_alternative<Unknown>(request);
        EXPECT_TRUE(unknown || (bad != nullptr && !bad->why.empty())) << body << " is request " << request.index();
    }
}

}  // namespace
}  // namespace husk::debug::gdb
