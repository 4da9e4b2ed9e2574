// The first line of scripts, cut into interpreter and argument as Linux 6.18 cut the very same lines.
#include "program/image/script.hpp"
#include "support/linux_program.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

namespace husk::program {
namespace {

using namespace std::string_literals;

tl::expected<Script, ExecutableError> parse(std::string_view text)
{
    // As the caller reads it: no more than the limit.
    return parse_script(test::text_bytes(text.substr(0, kScriptLineLimit)));
}

void expect_script(std::string_view text, const std::string& interpreter, const std::optional<std::string>& argument = {})
{
    const auto script = parse(text);
    ASSERT_TRUE(script) << text << ": " << describe(script.error());
    EXPECT_EQ(*script, (Script{interpreter, argument})) << text;
}

void expect_refused(std::string_view text, std::uint64_t offset, const std::string& problem)
{
    const auto script = parse(text);
    ASSERT_FALSE(script) << text;
    EXPECT_EQ(script.error().code, ENOEXEC);
    EXPECT_EQ(script.error().what.field, "#! line");
    EXPECT_EQ(script.error().what.offset, offset);
    EXPECT_NE(script.error().what.problem.find(problem), std::string::npos) << describe(script.error());
}

TEST(ProgramScript, InterpreterAndOneArgument)
{
    expect_script("#!/bin/sh\necho\n", "/bin/sh");
    expect_script("#!/bin/sh -e\n", "/bin/sh", "-e");
    expect_script("#!/usr/bin/env -S awk -f\n", "/usr/bin/env", "-S awk -f");
    expect_script("#!sh\n", "sh");
}

TEST(ProgramScript, BlanksAroundBothDoNotCount)
{
    expect_script("#! \t /bin/sh\t\ta  b\t \nx", "/bin/sh", "a  b");
    expect_script("#!/bin/sh \n", "/bin/sh");
    expect_script("#!/bin/sh\r\n", "/bin/sh\r");
}

TEST(ProgramScript, WithoutNewline)
{
    expect_script("#!/bin/sh", "/bin/sh");
    expect_script("#!/bin/sh x ", "/bin/sh", "x ");
    // Linux finds the argument among the zeroes behind the file.
    expect_script("#!/bin/sh ", "/bin/sh", "");
    expect_script("#!", "");
    expect_script("#!  ", "");
}

TEST(ProgramScript, NulEndsWhatItIsIn)
{
    expect_script("#!/bin/sh\0 foo\n"s, "/bin/sh");
    expect_script("#!/bin/sh a\0b\n"s, "/bin/sh", "a");
    expect_script("#!/bin/sh \0b\n"s, "/bin/sh", "");
    expect_script("#! \0\n"s, "");
}

TEST(ProgramScript, LineThatIsTooLongIsCutInItsArgumentOnly)
{
    const auto slashes = [](std::size_t count) { return std::string(count, '/'); };
    // The last byte that Linux looks at must end the path; as a part of an argument it is lost.
    expect_script("#!" + slashes(253) + "\n", slashes(253));
    expect_script("#!" + slashes(253) + " ", slashes(253));
    expect_script("#!/bin/sh " + std::string(300, 'x'), "/bin/sh", std::string(245, 'x'));
    expect_refused("#!" + slashes(254), 2, "does not end");
    expect_refused("#!" + slashes(300) + "\n", 2, "does not end");
    expect_refused("#!" + std::string(253, ' ') + "/", 255, "does not end");
}

TEST(ProgramScript, WithoutInterpreterIsRefused)
{
    expect_refused("#!\n", 2, "names no interpreter");
    expect_refused("#!  \n/bin/sh\n", 2, "names no interpreter");
    expect_refused("#!" + std::string(300, ' '), 2, "blanks");
    expect_refused("#!" + std::string(253, ' ') + "\0"s, 2, "names no interpreter");
}

TEST(ProgramScript, WhatIsNoScriptIsRefused)
{
    for (const std::string_view text : {"", "#", " #!/bin/sh\n",
                                        "\x7f"
                                        "ELF"}) {
        EXPECT_FALSE(is_script(test::text_bytes(text)));
        expect_refused(text, 0, "does not start");
    }
    EXPECT_TRUE(is_script(test::text_bytes("#!")));
}

}  // namespace
}  // namespace husk::program
