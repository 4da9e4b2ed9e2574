// Files of grants: what each line means, and that every line that makes no sense is refused by file and number.
#include "cli/grants_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace husk::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Path = GrantWords::Path;

std::string refusal(std::string_view text)
{
    try {
        parse_grants(text, "g");
    } catch (const UsageError& error) {
        return error.message;
    }
    return {};
}

TEST(GrantsFile, HasALineForEach)
{
    const GrantWords grants = parse_grants("ro /usr\nrw work\ntmp\ncwd work\nenv HOME=/work\nenv LANG\n", "g");
    EXPECT_THAT(grants.paths, ElementsAre(Path{"/usr", false}, Path{"work", true}));
    EXPECT_THAT(grants.environment, ElementsAre("HOME=/work", "LANG"));
    EXPECT_EQ(grants.directory, "work");
    EXPECT_TRUE(grants.private_tmp);
}

TEST(GrantsFile, IsEmptyWithCommentsAndBlanks)
{
    const GrantWords grants = parse_grants("# all of it\n\n   \t\n  # indented\r\n", "g");
    EXPECT_THAT(grants.paths, IsEmpty());
    EXPECT_THAT(grants.environment, IsEmpty());
    EXPECT_FALSE(grants.directory || grants.private_tmp);
    EXPECT_THAT(parse_grants("", "g").paths, IsEmpty());
}

TEST(GrantsFile, TakesCommentsBehindWordsAndLinesWithoutEnd)
{
    EXPECT_THAT(parse_grants("  ro\t/a#b   # why\r\nrw /c", "g").paths, ElementsAre(Path{"/a#b", false}, Path{"/c", true}));
}

TEST(GrantsFile, QuotesWhatHasBlanks)
{
    const GrantWords grants = parse_grants("ro '/a b'\nro \"/c # d\"\nro /e' 'f\nro '\\'\nro \"\\\"\\\\\\n\"\nenv 'A= x '\n", "g");
    EXPECT_THAT(grants.paths, ElementsAre(Path{"/a b", false}, Path{"/c # d", false}, Path{"/e f", false}, Path{"\\", false},
                                          Path{"\"\\\\n", false}));
    EXPECT_THAT(grants.environment, ElementsAre("A= x "));
}

TEST(GrantsFile, RefusesWhatMakesNoSenseByLine)
{
    EXPECT_EQ(refusal("ro /a\nread /b\n"), "g:2: 'read' is not ro, rw, tmp, cwd or env");
    EXPECT_EQ(refusal("RO /a"), "g:1: 'RO' is not ro, rw, tmp, cwd or env");
    EXPECT_EQ(refusal("\n\nro"), "g:3: 'ro' needs a path");
    EXPECT_EQ(refusal("rw # nothing"), "g:1: 'rw' needs a path");
    EXPECT_EQ(refusal("ro ''"), "g:1: 'ro' needs a path");
    EXPECT_EQ(refusal("ro /a b"), "g:1: 'ro' takes one path, and 'b' is another word: quote what has blanks");
    EXPECT_EQ(refusal("tmp /tmp"), "g:1: 'tmp' stands alone, not before '/tmp'");
    EXPECT_EQ(refusal("cwd /a\ncwd /b"), "g:2: a second 'cwd'");
    EXPECT_EQ(refusal("cwd"), "g:1: 'cwd' needs a folder");
    EXPECT_EQ(refusal("env"), "g:1: 'env' needs a NAME or NAME=VALUE");
    EXPECT_EQ(refusal("ro 'a\nro b'"), "g:1: a quote (') that is not closed");
    EXPECT_EQ(refusal("ro \"a\\\""), "g:1: a quote (\") that is not closed");
    EXPECT_EQ(refusal({"ro a\nro \0b\n", 11}), "g:2: a byte that is 0: this is no text");
}

std::string refusal_of_file(const std::string& path)
{
    try {
        read_grants(path, "g");
    } catch (const UsageError& error) {
        return error.message;
    }
    return {};
}

TEST(GrantsFile, SaysWhyItCannotBeRead)
{
    EXPECT_EQ(refusal_of_file("/nowhere/at/all"), "g: No such file or directory");
    EXPECT_EQ(refusal_of_file("/"), "g: Is a directory");
    EXPECT_EQ(refusal_of_file("/dev/zero"), "g: more than 1048576 bytes, which is no list of grants");
    EXPECT_EQ(refusal_of_file("/dev/null"), "");
}

}  // namespace
}  // namespace husk::cli
