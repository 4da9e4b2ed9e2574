// Files for a debugger: the requests as text, and what a session answers.
#include "debug/gdb/packet.hpp"
#include "debug/gdb/session.hpp"
#include "support/fake_target.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <climits>

namespace husk::debug::gdb {
namespace {

using testing::StartsWith;

class GdbFiles : public testing::Test {
protected:
    std::string ask(const std::string& body)
    {
        const Outcome outcome = session_.answer(body);
        const auto* answer = std::get_if<outcomes::Answer>(&outcome);
        return answer != nullptr ? answer->body : "no answer";
    }
    std::string open(const std::string& path, const std::string& flags = "0")
    {
        return ask("vFile:open:" + to_hex(path) + "," + flags + ",0");
    }

    test::FakeTarget target_;
    Session session_{target_};
};

TEST_F(GdbFiles, AreOpenedReadAndClosed)
{
    EXPECT_EQ(open("/a"), "F0");
    EXPECT_EQ(open("/b"), "F1");
    EXPECT_EQ(ask("vFile:pread:0,100,0"), "F7;con#ent");
    EXPECT_EQ(ask("vFile:pread:1,2,2"), "F2;n#");
    EXPECT_EQ(ask("vFile:pread:0,100,7"), "F0;") << "the end";
    EXPECT_EQ(ask("vFile:close:0"), "F0");
    EXPECT_EQ(ask("vFile:close:0"), "F-1,9");
    EXPECT_EQ(ask("vFile:pread:0,1,0"), "F-1,9");
    EXPECT_EQ(open("/a"), "F0") << "its number is free again";
    EXPECT_EQ(ask("vFile:setfs:0"), "F0");
    EXPECT_EQ(ask("vFile:readlink:" + to_hex("/b")), "F1;a");
}

TEST_F(GdbFiles, AreDescribedInTheProtocolsOwnOrder)
{
    ASSERT_EQ(open("/a"), "F0");
    const std::string status = ask("vFile:fstat:0");
    constexpr std::size_t kSize = 64, kHead = 4;  // "F40;"
    ASSERT_EQ(status.size(), kHead + kSize);
    EXPECT_THAT(status, StartsWith("F40;"));
    EXPECT_EQ(to_hex(status.substr(kHead + 4, 4)), "00000007") << "the inode";
    EXPECT_EQ(to_hex(status.substr(kHead + 8, 4)), "00008100") << "a regular file, its owner's to read";
    EXPECT_EQ(to_hex(status.substr(kHead + 28, 8)), "0000000000000007") << "its size";
}

TEST_F(GdbFiles, AreNeverWritten)
{
    for (const char* const flags : {"1", "2", "8", "201", "401", "a02", "ffffffffffffffff"})
        EXPECT_EQ(open("/a", flags), "F-1,1e") << flags;
    EXPECT_EQ(ask("vFile:unlink:2f61"), "") << "not served";
    EXPECT_EQ(ask("vFile:pwrite:0,0,x"), "");
}

TEST_F(GdbFiles, ErrorsHaveTheProtocolsNumbers)
{
    EXPECT_EQ(open("/c"), "F-1,2");
    EXPECT_EQ(open(std::string{"/a\0b", 4}), "F-1,16") << "names have no zeros";
    EXPECT_EQ(open("/" + std::string(PATH_MAX, 'x')), "F-1,5b");
    EXPECT_EQ(open(""), "F-1,2");
    EXPECT_EQ(ask("vFile:readlink:" + to_hex("/a")), "F-1,16");
    EXPECT_EQ(ask("vFile:fstat:99"), "F-1,9");
    EXPECT_EQ(ask("vFile:setfs:1"), "F-1,58") << "there is one view of them";
    ASSERT_EQ(open("/a"), "F0");
    EXPECT_EQ(ask("vFile:pread:0,1,ffffffffffffffff"), "F-1,16");
    target_.its_files.inode = 8;
    EXPECT_EQ(ask("vFile:pread:0,1,0"), "F-1,270f") << "another file is there now";
}

TEST_F(GdbFiles, WhatIsNoRequestIsSaidToBeNone)
{
    for (const char* const body :
         {"vFile:open:", "vFile:open:2f61", "vFile:open:2f61,0", "vFile:open:2f6,0,0", "vFile:open:zz,0,0", "vFile:open:2f61,x,0",
          "vFile:open:2f61,0,0,", "vFile:close:", "vFile:close:-1", "vFile:close:0x", "vFile:pread:", "vFile:pread:0",
          "vFile:pread:0,1", "vFile:pread:0,1,", "vFile:pread:0,1,2,", "vFile:pread:11111111111111111,1,2",
          "vFile:fstat:", "vFile:readlink:x", "vFile:setfs:"})
        EXPECT_THAT(ask(body), StartsWith("E.vFile")) << body;
    for (const char* const body : {"vFile", "vFile:", "vFile:open", "vFile:lstat:2f61"}) EXPECT_EQ(ask(body), "") << body;
}

TEST_F(GdbFiles, ThereIsAnEndToHowManyAndHowMuch)
{
    target_.its_files.content = std::string(2 * kLongestPacket, '}');
    ASSERT_EQ(open("/a"), "F0");
    EXPECT_LE(frame(ask("vFile:pread:0,ffffffffffffffff,0")).size(), kLongestPacket);
    for (std::size_t i = 1; i < FileService::kMost; ++i) ASSERT_EQ(open("/a"), fmt::format("F{:x}", i));
    EXPECT_EQ(open("/a"), "F-1,18");
    EXPECT_EQ(ask("vFile:close:5"), "F0");
    EXPECT_EQ(open("/a"), "F5");
}

}  // namespace
}  // namespace husk::debug::gdb
