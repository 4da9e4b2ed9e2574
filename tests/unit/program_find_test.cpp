// Where a program is looked for, and what is said when it is not there.
#include "program/image/find_program.hpp"
#include "support/linux_program.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <climits>
#include <filesystem>

namespace husk::program {
namespace {

class ProgramFind : public testing::Test {
protected:
    ProgramFind()
    {
        const auto program = test::linux_program().build();
        folder_.write("first/here", program, true);
        folder_.write("second/here", program, true);
        folder_.write("second/later", program, true);
        folder_.write("first/later", program);
        folder_.write("first/never", program);
        std::filesystem::create_directory(folder_ / "first/folder");
    }

    std::string path() const { return folder_ / "nothing" + ":" + folder_ / "first" + ":" + folder_ / "second"; }

    test::TempFolder folder_;
};

TEST_F(ProgramFind, FirstThatMayBeExecuted)
{
    EXPECT_EQ(find_program("here", path()), folder_ / "first/here");
    EXPECT_EQ(find_program("later", path()), folder_ / "second/later");
    EXPECT_EQ(find_program("here", folder_ / "second"), folder_ / "second/here");
}

TEST_F(ProgramFind, NameWithSlashIsNotLookedFor)
{
    EXPECT_EQ(find_program(folder_ / "second/here", "/nowhere"), folder_ / "second/here");
    const auto error = find_program("./here", path()).error();
    EXPECT_EQ(error.code, ENOENT);
    EXPECT_EQ(describe(error), "./here: No such file or directory");
}

TEST_F(ProgramFind, ErrorSaysWhatWasTried)
{
    const auto error = find_program("never", path()).error();
    EXPECT_EQ(error.code, EACCES);
    EXPECT_EQ(error.tried,
              (std::vector<NotFound::Tried>{
                  {folder_ / "nothing/never", ENOENT}, {folder_ / "first/never", EACCES}, {folder_ / "second/never", ENOENT}}));
    EXPECT_EQ(describe(error), "never: Permission denied: looked for as " + folder_ / "nothing/never" + ", " +
                                   folder_ / "first/never" + " (Permission denied), " + folder_ / "second/never");
    EXPECT_EQ(find_program("folder", path()).error().code, EACCES);
    EXPECT_EQ(find_program("nowhere", path()).error().code, ENOENT);
    EXPECT_EQ(find_program("x", folder_ / "first/here").error().code, ENOTDIR);
    EXPECT_EQ(describe(find_program("x", "/no").error()), "x: No such file or directory: looked for as /no/x");
}

TEST_F(ProgramFind, NamesThatCannotBe)
{
    EXPECT_EQ(find_program("", path()).error().code, ENOENT);
    EXPECT_EQ(describe(find_program("", path()).error()), "\"\": No such file or directory");
    EXPECT_EQ(find_program(std::string(NAME_MAX + 1, 'x'), path()).error().code, ENAMETOOLONG);
    EXPECT_EQ(find_program("here", std::string(PATH_MAX, 'x') + ":" + path()), folder_ / "first/here");
    folder_.link("loop/here", "here");
    const auto error = find_program("here", folder_ / "loop" + ":" + path()).error();
    EXPECT_EQ(error.code, ELOOP);
    EXPECT_EQ(error.tried.size(), 1u);
}

TEST_F(ProgramFind, WithoutPathTheSystemsDirectories)
{
    const auto found = find_program("sh", {});
    ASSERT_TRUE(found) << describe(found.error());
    EXPECT_EQ(*found, "/bin/sh");
}

TEST_F(ProgramFind, EmptyDirectoryIsTheCurrentOne)
{
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(folder_ / "second");
    const auto leading = find_program("later", ":/nowhere");
    const auto trailing = find_program("later", "/nowhere:");
    const auto empty = find_program("later", "");
    std::filesystem::current_path(before);
    EXPECT_EQ(leading, "later");
    EXPECT_EQ(trailing, "later");
    EXPECT_EQ(empty, "later");
}

}  // namespace
}  // namespace husk::program
