// What docs/frozen.md says of random numbers in thaws: what is fresh, what is not, and the recipes for that.
#include "support/command.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace husk::test {
namespace {

using Words = std::vector<std::string>;

class ThawSecrets : public testing::Test {
protected:
    void SetUp() override
    {
        if (const auto why = why_no_programs(); !why.empty()) GTEST_SKIP() << why;
    }

    /// A program that reads what it is to do when it is thawed.
    void freeze(const Words& program)
    {
        if (!std::filesystem::exists(program.front())) GTEST_SKIP() << program.front() << " is not installed";
        Words words{"freeze", "-o", file_, "--ro", "/usr/lib"};
        words.insert(words.end(), program.begin(), program.end());
        const auto run = run_husk(words);
        ASSERT_EQ(run.status, 0) << run.err;
    }
    std::string thaw(const std::string& code) const
    {
        const auto run = run_husk({"thaw", file_}, code + "\n");
        EXPECT_EQ(run.status, 0) << run.err;
        EXPECT_NE(run.out, "") << code;
        return run.out;
    }
    void expect_fresh(const std::string& code) const { EXPECT_NE(thaw(code), thaw(code)) << code; }
    void expect_shared(const std::string& code) const { EXPECT_EQ(thaw(code), thaw(code)) << code; }

    TempFolder folder_;
    std::string file_ = folder_ / "program.frozen";
};

TEST_F(ThawSecrets, OfPython)
{
    freeze({"/usr/bin/python3", "-c", "import os, random, secrets, sys, uuid; exec(sys.stdin.read())"});
    if (IsSkipped()) return;
    for (const char* const fresh :
         {"print(os.urandom(16))", "print(secrets.token_hex(16))", "print(uuid.uuid4())", "random.seed(); print(random.random())"})
        expect_fresh(fresh);
    for (const char* const shared : {"print(random.random())", "print(hash('key'))"}) expect_shared(shared);
}

TEST_F(ThawSecrets, OfOpenSslInPython)
{
    const std::string begin = "import os, sys\ntry:\n  import ssl\n  ssl.RAND_bytes(1)\nexcept ImportError: ssl = None\n";
    freeze({"/usr/bin/python3", "-c", begin + "exec(sys.stdin.read())"});
    if (IsSkipped()) return;
    if (thaw("print(ssl)") == "None\n") GTEST_SKIP() << "python3 is without ssl";
    expect_shared("print(ssl.RAND_bytes(16))");
    expect_fresh("ssl.RAND_add(os.urandom(32), 32); print(ssl.RAND_bytes(16))");
}

TEST_F(ThawSecrets, OfPerl)
{
    freeze({"/usr/bin/perl", "-e", "rand; my $code = <STDIN>; eval $code"});
    if (IsSkipped()) return;
    expect_shared("print rand");
    expect_fresh("srand; print rand");
}

}  // namespace
}  // namespace husk::test
