// husk run tells what it refuses, in words that do nothing to a terminal.
#include "support/command.hpp"
#include "support/temp_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace husk::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class RunTells : public testing::Test {
protected:
    void SetUp() override
    {
        if (const std::string why = why_no_programs(); !why.empty()) GTEST_SKIP() << why;
    }
};

TEST_F(RunTells, OfNamesWithoutControlCharacters)
{
    const TempFolder folder;
    const std::string name = folder.write("a\x1b[31m\n\x9b", "text");
    const Finished finished = run_husk({"run", "--explain", "/bin/cat", name});
    EXPECT_THAT(finished.err, HasSubstr("a\\x1b[31m\\x0a\\x9b is not granted: --ro "));
    const std::string told = finished.err.substr(0, finished.err.find('\n'));
    EXPECT_THAT(told, Not(HasSubstr("\x1b")));
    EXPECT_THAT(told, HasSubstr("would allow it"));
}

TEST_F(RunTells, ThatACallIsRefusedByDesignAndWhy)
{
    const Finished finished = run_husk({"run", "/usr/bin/unshare", "-u", "/bin/true"});
    if (finished.status == 121) GTEST_SKIP() << "no unshare";
    EXPECT_THAT(finished.err, HasSubstr(": unshare: refused by design, namespaces are the host's affair (ENOSYS)\n"));
}

TEST_F(RunTells, WhichDevicesAreGranted)
{
    EXPECT_THAT(run_husk({"run", "--help"}).out, HasSubstr("/dev/null"));
}

}  // namespace
}  // namespace husk::test
