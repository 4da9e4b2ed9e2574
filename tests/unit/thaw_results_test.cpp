// What many thaws came to, in words and as a status.
#include "cli/thaw_many.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace husk::test {
namespace {

using cli::ThawResults;
using std::chrono::milliseconds;
using testing::HasSubstr;

TEST(ThawResultsTest, OfGoodOnesThereIsNothingToExplain)
{
    ThawResults results{2};
    results.add({.number = 1, .words = {}, .first_output = {}, .end = milliseconds{3}});
    results.finish(milliseconds{4}, 0);
    EXPECT_EQ(results.explain(), "");
    EXPECT_EQ(results.status(), 0);
}

TEST(ThawResultsTest, TheFirstBadOneIsExplained)
{
    ThawResults results{2};
    results.add({.number = 3, .status = 5, .words = "exited with status 5", .first_output = {}, .end = milliseconds{3}});
    results.add({.number = 2, .status = 7, .words = "exited with status 7", .first_output = {}, .end = milliseconds{3}});
    results.add({.number = 1, .words = {}, .first_output = {}, .end = milliseconds{3}});
    results.finish(milliseconds{4}, 0);
    EXPECT_THAT(results.explain(), HasSubstr("2 of 3"));
    EXPECT_THAT(results.explain(), HasSubstr("number 2: exited with status 7"));
    EXPECT_EQ(results.status(), 7);
}

// It came between two of them, so that none of them was ended by it.
TEST(ThawResultsTest, ASignalIsExplained)
{
    ThawResults results{2};
    results.add({.number = 1, .words = {}, .first_output = {}, .end = milliseconds{3}});
    results.finish(milliseconds{4}, SIGTERM);
    EXPECT_EQ(results.explain(), "cancelled after 1 of them");
    EXPECT_EQ(results.status(), 128 + SIGTERM);
}

}  // namespace
}  // namespace husk::test
