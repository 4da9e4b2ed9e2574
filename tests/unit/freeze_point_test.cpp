// --at: its words, and how it is told.
#include "cli/freeze_point.hpp"
#include "cli/parse.hpp"

#include <gtest/gtest.h>
#include <sys/syscall.h>

namespace husk::cli {
namespace {

TEST(FreezePoint, IsReadAsItIsWritten)
{
    EXPECT_EQ(parse_freeze_point("asked"), FreezePoint{freeze_points::Asked{}});
    EXPECT_EQ(parse_freeze_point("stdin"), FreezePoint{freeze_points::StandardInput{}});
    EXPECT_EQ(parse_freeze_point("signal"), FreezePoint{freeze_points::Requested{}});
    EXPECT_EQ(parse_freeze_point("symbol:main"), FreezePoint{freeze_points::Symbol{"main"}});
    EXPECT_EQ(parse_freeze_point("symbol:a:b"), FreezePoint{freeze_points::Symbol{"a:b"}});
    EXPECT_EQ(parse_freeze_point("after:0.5"), FreezePoint{freeze_points::After{std::chrono::milliseconds{500}}});
    EXPECT_EQ(parse_freeze_point("call:openat"), (FreezePoint{freeze_points::SystemCall{SYS_openat, 1}}));
    EXPECT_EQ(parse_freeze_point("call:read:12"), (FreezePoint{freeze_points::SystemCall{SYS_read, 12}}));
}

TEST(FreezePoint, NonsenseIsRefused)
{
    for (const auto* const text : {"", "Asked", "asked ", "signal:1", "call", "call:", "call:frob", "call:read:", "call:read:0",
                                   "call:read:-1", "call:read:x", "symbol", "symbol:", "after", "after:", "after:0", "after:1h"})
        EXPECT_THROW(parse_freeze_point(text), UsageError) << text;
}

}  // namespace
}  // namespace husk::cli
