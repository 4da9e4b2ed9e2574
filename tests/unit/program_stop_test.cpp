// How a program ended, as husk's exit status and as a word.
#include "cli/exit_status.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <set>

namespace husk::cli {
namespace {

struct Row {
    ProgramStop stop;
    int status;
    const char* word;
};
const Row kRows[] = {
    {stops::Exited{0}, 0, "exited"},
    {stops::Exited{3}, 3, "exited"},
    {stops::Exited{255}, 255, "exited"},
    {stops::Exited{256}, 0, "exited"},
    {stops::Signalled{SIGSEGV}, 139, "signalled"},
    {stops::Signalled{SIGXFSZ}, 153, "signalled"},
    {stops::OutOfTime{}, 124, "out-of-time"},
    {stops::OutOfCpuTime{}, 106, "out-of-cpu-time"},
    {stops::TooMuchOutput{}, 107, "too-much-output"},
    {stops::Cancelled{}, 122, "cancelled"},
    {stops::CannotExecute{}, 105, "cannot-execute"},
};

TEST(ProgramStop, HasAStatusAndAWord)
{
    for (const Row& row : kRows) {
        EXPECT_EQ(exit_status(row.stop, 0), row.status) << row.word;
        EXPECT_STREQ(stop_name(row.stop), row.word);
    }
}

TEST(ProgramStop, ASignalToHuskCountsOnlyIfItCancelled)
{
    EXPECT_EQ(exit_status(ProgramStop{stops::Cancelled{}}, SIGINT), 130);
    EXPECT_EQ(exit_status(ProgramStop{stops::Exited{1}}, SIGINT), 1);
    EXPECT_EQ(exit_status(ProgramStop{stops::OutOfTime{}}, SIGTERM), 124);
}

TEST(ProgramStop, HusksOwnStatusesAreApart)
{
    const std::set<int> own{kWrongAnswer, kTripleFault,   kUnhandledException, kHaltedForever,
                            kUnclaimed,   kCannotExecute, kOutOfCpuTime,       kTooMuchOutput,
                            kUsage,       kBadImage,      kHostError,          kOutOfTime};
    EXPECT_EQ(own.size(), 12u);
    EXPECT_GE(*own.begin(), 100);
    EXPECT_LT(*own.rbegin(), kSignalled);
}

}  // namespace
}  // namespace husk::cli
