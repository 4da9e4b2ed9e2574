// How a program ended, as husk's exit status and as a word; and which file a program's name means.
#include "cli/exit_status.hpp"
#include "cli/find_program.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

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

class FindProgram : public testing::Test {
protected:
    void SetUp() override
    {
        std::string pattern = testing::TempDir() + "husk-find-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        top_ = pattern;
        for (const char* folder : {"/a", "/b", "/b/folder"}) std::filesystem::create_directory(top_ + folder);
        make("/a/data", 0600);
        make("/b/data", 0700);
        make("/b/tool", 0700);
    }
    ~FindProgram() override { std::filesystem::remove_all(top_); }

    void make(const std::string& name, mode_t mode) const
    {
        std::ofstream{top_ + name} << "#!/bin/sh\n";
        ASSERT_EQ(::chmod((top_ + name).c_str(), mode), 0);
    }

    std::string top_;
};

TEST_F(FindProgram, TakesTheFirstExecutableFile)
{
    const std::string path = top_ + "/a:" + top_ + "/b";
    EXPECT_EQ(find_program("tool", path), top_ + "/b/tool");
    EXPECT_EQ(find_program("data", path), top_ + "/b/data") << "the first cannot be executed";
    EXPECT_EQ(find_program("folder", path), std::nullopt);
    EXPECT_EQ(find_program("nothing", path), std::nullopt);
    EXPECT_EQ(find_program("tool", top_ + "/a"), std::nullopt);
}

TEST_F(FindProgram, TakesAPathAsItIs)
{
    EXPECT_EQ(find_program("./nothing", top_), "./nothing");
    EXPECT_EQ(find_program("/bin/tool", ""), "/bin/tool");
    EXPECT_EQ(find_program("a/b", "/x"), "a/b");
    EXPECT_EQ(find_program("", top_), std::nullopt);
}

TEST_F(FindProgram, TakesAnEmptyPieceOfPathForTheCurrentFolder)
{
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(top_ + "/b");
    EXPECT_EQ(find_program("tool", ""), "./tool");
    EXPECT_EQ(find_program("tool", "/nowhere:"), "./tool");
    EXPECT_EQ(find_program("tool", ":/nowhere"), "./tool");
    EXPECT_EQ(find_program("tool", "/nowhere"), std::nullopt);
    std::filesystem::current_path(before);
}

}  // namespace
}  // namespace husk::cli
