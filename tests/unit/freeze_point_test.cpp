// --at: its words, and how it is told.
#include "cli/freeze_point.hpp"
#include "cli/parse.hpp"

#include <gtest/gtest.h>
#include <sys/syscall.h>

namespace husk::cli {
namespace {

TEST(FreezePoint, IsReadAsItIsWritten)
{
    EXPECT_EQ(parse_at("asked"), At{freeze_points::Asked{}});
    EXPECT_EQ(parse_at("stdin"), At{freeze_points::StandardInput{}});
    EXPECT_EQ(parse_at("signal"), At{OnSignal{}});
    EXPECT_EQ(parse_at("symbol:main"), At{freeze_points::Symbol{"main"}});
    EXPECT_EQ(parse_at("symbol:a:b"), At{freeze_points::Symbol{"a:b"}});
    EXPECT_EQ(parse_at("after:0.5"), At{freeze_points::After{std::chrono::milliseconds{500}}});
    EXPECT_EQ(parse_at("call:openat"), (At{freeze_points::SystemCall{SYS_openat, 1}}));
    EXPECT_EQ(parse_at("call:read:12"), (At{freeze_points::SystemCall{SYS_read, 12}}));
}

TEST(FreezePoint, NonsenseIsRefused)
{
    for (const auto* const text : {"", "Asked", "asked ", "signal:1", "call", "call:", "call:frob", "call:read:", "call:read:0",
                                   "call:read:-1", "call:read:x", "symbol", "symbol:", "after", "after:", "after:0", "after:1h"})
        EXPECT_THROW(parse_at(text), UsageError) << text;
}

TEST(FreezePoint, IsToldInWords)
{
    EXPECT_EQ(point_text(parse_at("asked")), "the guest asks");
    EXPECT_EQ(point_text(parse_at("stdin")), "first read of stdin");
    EXPECT_EQ(point_text(parse_at("call:read:12")), "call 12 of read");
    EXPECT_EQ(point_text(parse_at("symbol:main")), "symbol main");
    EXPECT_EQ(point_text(parse_at("after:0.25")), "0.25 s after its start");
    EXPECT_EQ(point_text(parse_at("signal")), "SIGUSR1");
}

}  // namespace
}  // namespace husk::cli
