#include "debug/gdb/listener.hpp"

#include "support/temp_folder.hpp"

#include <husk/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <stdexcept>

namespace husk::debug::gdb {
namespace {

TEST(GdbAddress, APortIsThisMachinesAlone)
{
    EXPECT_EQ(parse_address("1234"), Address{(TcpAddress{"127.0.0.1", "1234"})});
    EXPECT_EQ(parse_address("0.0.0.0:1234"), Address{(TcpAddress{"0.0.0.0", "1234"})});
    EXPECT_EQ(parse_address("[::1]:1234"), Address{(TcpAddress{"::1", "1234"})});
    EXPECT_EQ(parse_address("unix:/tmp/a:b"), Address{UnixAddress{"/tmp/a:b"}});
}

TEST(GdbAddress, WhatIsNoneIsRefused)
{
    for (const auto* text : {"", ":", "x", "-1", "65536", "1 ", "unix:", "host", "host:", ":1", "a.b:1", "1:2:3", "::1"})
        EXPECT_THROW(parse_address(text), std::invalid_argument) << text;
    EXPECT_THROW(parse_address("unix:/" + std::string(200, 'x')), std::invalid_argument);
}

TEST(GdbListener, ASocketIsItsOwnersAndGoesWithIt)
{
    const test::TempFolder folder;
    const std::string path = folder.path() + "/gdb";
    {
        const Listener listener{UnixAddress{path}};
        EXPECT_EQ(listener.name(), path);
        struct stat found {};
        ASSERT_EQ(::stat(path.c_str(), &found), 0);
        EXPECT_EQ(found.st_mode & 0077u, 0u) << "nobody else's";
        try {
            const Listener second{UnixAddress{path}};
            FAIL() << "it is taken";
        } catch (const Error& error) {
            EXPECT_EQ(error.code().value(), EADDRINUSE);
        }
        EXPECT_TRUE(std::filesystem::exists(path)) << "the second takes nothing away";
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(GdbListener, KnowsWhetherOtherMachinesReachIt)
{
    for (const char* local : {"127.0.0.1", "localhost", "127.1.2.3"})
        EXPECT_TRUE(Listener(TcpAddress{local, "0"}).is_local()) << local;
    EXPECT_FALSE(Listener(TcpAddress{"0.0.0.0", "0"}).is_local());
}

TEST(GdbListener, TheHostMayChooseThePort)
{
    const Listener listener{TcpAddress{"127.0.0.1", "0"}};
    EXPECT_THAT(listener.name(), testing::MatchesRegex("127\\.0\\.0\\.1:[1-9][0-9]*"));
}

}  // namespace
}  // namespace husk::debug::gdb
