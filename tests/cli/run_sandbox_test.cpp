// husk run under the whole sandbox: programs find nothing missing, and nothing is left behind.
#include "support/command.hpp"
#include "support/confined.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace husk::test {
namespace {

using testing::HasSubstr;

class RunInSandbox : public testing::Test {
protected:
    void SetUp() override
    {
        if (const std::string missing = missing_here(); !missing.empty()) GTEST_SKIP() << missing;
        if (const std::string why = why_no_programs({"--no-sandbox"}); !why.empty()) GTEST_SKIP() << why;
        std::string pattern = testing::TempDir() + "husk-run-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
        ::setenv("TMPDIR", folder_.c_str(), 1);
        // The leak checker traces its own process when it ends, which is one of the things that a confined one cannot do.
        ::setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
    }
    ~RunInSandbox() override
    {
        if (folder_.empty()) return;
        ::unsetenv("TMPDIR");
        ::unsetenv("ASAN_OPTIONS");
        std::filesystem::remove_all(folder_);
    }

    static Finished run(std::vector<std::string> words)
    {
        words.insert(words.begin(), {"run", "--require-sandbox"});
        return run_husk(words);
    }

    std::string folder_;
};

TEST_F(RunInSandbox, RunsAndSaysNothing)
{
    const Finished finished = run({"/bin/echo", "hello"});
    EXPECT_EQ(finished.status, 0);
    EXPECT_EQ(finished.out, "hello\n");
    // Which engine it is, where that is not KVM, is not the sandbox's.
    EXPECT_THAT(finished.err, testing::AnyOf("", testing::MatchesRegex("husk: /bin/echo runs on the software engine: .*\n")));
}

TEST_F(RunInSandbox, LeavesNothingBehind)
{
    EXPECT_EQ(run({"/bin/true"}).status, 0);
    EXPECT_EQ(run({"--tmp", "/bin/sh", "-c", "echo x > /tmp/left"}).status, 0);
    EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(RunInSandbox, HasAPrivateTmpAndItsOwnDescriptors)
{
    const Finished tmp = run({"--tmp", "/bin/sh", "-c", "echo text > /tmp/file; read word < /tmp/file; echo $word"});
    EXPECT_EQ(tmp.out, "text\n") << tmp.err;
    const Finished descriptors = run({"/bin/ls", "/proc/self/fd"});
    EXPECT_EQ(descriptors.status, 0) << descriptors.err;
    for (const char* standard : {"0\n", "1\n", "2\n"}) EXPECT_THAT("\n" + descriptors.out, HasSubstr(std::string{"\n"} + standard));
}

TEST_F(RunInSandbox, WritesWhereItMayAndNotWhereItMayOnlyRead)
{
    const std::string inner = folder_ + "/inner";
    std::filesystem::create_directory(inner);
    EXPECT_EQ(run({"--rw", inner, "/bin/mkdir", inner + "/made"}).status, 0);
    EXPECT_TRUE(std::filesystem::is_directory(inner + "/made"));
    EXPECT_NE(run({"--ro", inner, "/bin/rmdir", inner + "/made"}).status, 0);
    EXPECT_TRUE(std::filesystem::is_directory(inner + "/made"));
    EXPECT_EQ(run({"--rw", inner, "/bin/rmdir", inner + "/made"}).status, 0);
}

}  // namespace
}  // namespace husk::test
