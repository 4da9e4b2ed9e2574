// `husk run`'s words, read: what is Husk's and what is the program's, every option, every word that makes no sense, by name.
#include "cli/run_options.hpp"

#include "cli/commands.hpp"
#include "support/image_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace husk::cli {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const RunPlace kPlace{.directory = "/home/me", .environment = [](const std::string& name) -> std::optional<std::string> {
                          if (name == "LANG") return "C";
                          if (name == "EMPTY") return "";
                          return std::nullopt;
                      }};

/// The words as a shell would give them, without "husk run". Throws CLI::ParseError and UsageError.
RunOptions options(const std::vector<const char*>& words, const RunPlace& place = kPlace)
{
    CLI::App command;
    RunWords read_words;
    add_run_options(command, read_words);
    const std::size_t own = own_words(command, words);
    read_words.command = tail_of(words, own);
    command.parse(std::vector<std::string>{words.rend() - static_cast<std::ptrdiff_t>(own), words.rend()});
    return read(read_words, place);
}

RunOptions with(std::vector<const char*> words)
{
    words.push_back("true");
    return options(words);
}

std::string refusal(const std::vector<const char*>& words)
{
    try {
        with(words);
    } catch (const UsageError& error) {
        return error.message;
    } catch (const CLI::ParseError& error) {
        return std::string{"parser: "} + error.what();
    }
    return {};
}

class RunOptionsTest : public testing::Test {
protected:
    RunOptionsTest() { ::unsetenv("HUSK_ENGINE"); }
};

TEST_F(RunOptionsTest, DefaultsGrantNothingAndLimitNothing)
{
    const RunOptions plain = with({});
    EXPECT_EQ(plain.program.path, "true");
    EXPECT_THAT(plain.program.arguments, ElementsAre("true"));
    EXPECT_THAT(plain.program.environment, IsEmpty());
    EXPECT_THAT(plain.program.grants, IsEmpty());
    EXPECT_TRUE(plain.program.default_grants);
    EXPECT_FALSE(plain.program.private_tmp);
    EXPECT_EQ(plain.program.working_directory, "");
    EXPECT_EQ(plain.program.limits, ProgramLimits{});
    EXPECT_EQ(plain.program.engine, Engine::Auto);
    EXPECT_EQ(plain.program.confinement, Confinement::Wanted);
    EXPECT_FALSE(plain.explain || plain.stats || plain.strace || plain.trace || plain.json);
}

TEST_F(RunOptionsTest, ATerminalIsNamedUnlessNothingIsGranted)
{
    RunPlace place{.directory = "/", .environment = [](const std::string& name) { return std::optional{name + "-here"}; }};
    EXPECT_THAT(options({"true"}, place).program.environment, IsEmpty());
    place.terminal = true;
    EXPECT_THAT(options({"true"}, place).program.environment, ElementsAre("TERM=TERM-here"));
    EXPECT_THAT(options({"--env", "TERM=dumb", "true"}, place).program.environment, ElementsAre("TERM=dumb"));
    EXPECT_THAT(options({"--no-default-grants", "true"}, place).program.environment, IsEmpty());
}

TEST_F(RunOptionsTest, WhatFollowsTheProgramIsIts)
{
    const auto arguments = [](const std::vector<const char*>& words) { return options(words).program.arguments; };
    EXPECT_THAT(arguments({"python3", "-c", "x", "--help"}), ElementsAre("python3", "-c", "x", "--help"));
    EXPECT_THAT(arguments({"--ro", "a", "run", "--ro", "b"}), ElementsAre("run", "--ro", "b"));
    EXPECT_THAT(arguments({"--env", "A=--", "sh", "--", "x"}), ElementsAre("sh", "--", "x"));
    EXPECT_THAT(arguments({"--strace", "sh"}), ElementsAre("sh")) << "a flag takes no word";
    EXPECT_THAT(arguments({"--timeout=1", "sh"}), ElementsAre("sh"));
    EXPECT_THAT(arguments({"echo", "", "[a,b]", "%%", "a b", "-"}), ElementsAre("echo", "", "[a,b]", "%%", "a b", "-"));
}

TEST_F(RunOptionsTest, TwoDashesEndTheOptions)
{
    EXPECT_THAT(options({"--", "-odd", "--help"}).program.arguments, ElementsAre("-odd", "--help"));
    EXPECT_THAT(options({"--tmp", "--", "sh", "--"}).program.arguments, ElementsAre("sh", "--"));
}

TEST_F(RunOptionsTest, NoProgramIsSaidSo)
{
    for (const std::vector<const char*>& words : {std::vector<const char*>{}, {"--tmp"}, {"--"}, {"--ro", "x"}, {""}}) {
        try {
            options(words);
            ADD_FAILURE() << words.size();
        } catch (const UsageError& error) {
            EXPECT_THAT(error.message, HasSubstr("no program given"));
        }
    }
}

TEST_F(RunOptionsTest, GrantsAreAbsoluteAndPlain)
{
    const auto grants =
        with({"--ro", "data", "--ro", "/usr//share/./x/", "--rw", "../you/", "--ro", "/", "--rw", "."}).program.grants;
    EXPECT_THAT(grants, ElementsAre(Grant{"/home/me/data", false, ""}, Grant{"/usr/share/x", false, ""}, Grant{"/", false, ""},
                                    Grant{"/home/you", true, ""}, Grant{"/home/me", true, ""}));
    EXPECT_THAT(with({"--ro", "/../../etc"}).program.grants, ElementsAre(Grant{"/etc", false, ""}));
    EXPECT_THAT(with({"--ro", "[a,b]"}).program.grants, ElementsAre(Grant{"/home/me/[a,b]", false, ""}));
}

TEST_F(RunOptionsTest, TheSamePathTwiceIsOneGrantAndWritableIfEitherIs)
{
    EXPECT_THAT(with({"--rw", "x", "--ro", "/home/me/x/"}).program.grants, ElementsAre(Grant{"/home/me/x", true, ""}));
}

TEST_F(RunOptionsTest, VariablesAreGivenOrHandedOn)
{
    const auto variables = [](const std::vector<const char*>& words) { return with(words).program.environment; };
    EXPECT_THAT(variables({"--env", "A=1", "--env", "LANG", "--env", "EMPTY", "--env", "UNSET", "--env", "B=", "--env", "C=x=y"}),
                ElementsAre("A=1", "LANG=C", "EMPTY=", "B=", "C=x=y"));
    EXPECT_THAT(variables({"--env", "A=1", "--env", "AB=2", "--env", "A=3"}), ElementsAre("AB=2", "A=3")) << "the last counts";
    EXPECT_THAT(variables({"--env", "A=1", "--env", "A"}), IsEmpty()) << "it is not set here";
}

TEST_F(RunOptionsTest, LimitsAreReadInTheirUnits)
{
    const ProgramLimits limits = with({"--memory", "1G", "--timeout", "0.5", "--cpu-time", "2", "--threads", "8", "--files", "100",
                                       "--fsize", "0", "--output", "64K"})
                                     .program.limits;
    EXPECT_EQ(limits.memory, 1_GiB);
    EXPECT_EQ(limits.wall_time, 500ms);
    EXPECT_EQ(limits.cpu_time, 2s);
    EXPECT_EQ(limits.threads, 8u);
    EXPECT_EQ(limits.files, 100u);
    EXPECT_EQ(limits.file_size, 0u) << "writes nothing";
    EXPECT_EQ(limits.output, 64_KiB);
}

TEST_F(RunOptionsTest, TheRest)
{
    const RunOptions all = with({"--tmp", "--cwd", "data", "--no-default-grants", "--explain", "--stats", "--strace", "--json=out",
                                 "--engine", "soft", "--require-sandbox"});
    EXPECT_TRUE(all.program.private_tmp && all.explain && all.stats);
    EXPECT_FALSE(all.program.default_grants);
    EXPECT_EQ(all.program.working_directory, "/home/me/data");
    EXPECT_EQ(all.program.engine, Engine::Soft);
    EXPECT_EQ(all.program.confinement, Confinement::Required);
    EXPECT_EQ(all.strace, "-");
    EXPECT_EQ(all.json, "out");
    EXPECT_EQ(with({"--strace=a file"}).strace, "a file");
    EXPECT_EQ(with({"--trace", "t.json"}).trace, "t.json");
    EXPECT_EQ(with({"--trace=t.json"}).trace, "t.json");
    EXPECT_THAT(refusal({"--trace", "-"}), HasSubstr("--trace: '-' is no file's name"));
    EXPECT_THAT(refusal({"--trace", ""}), HasSubstr("--trace: '' is no file's name"));
    EXPECT_EQ(with({"--no-sandbox"}).program.confinement, Confinement::None);
}

TEST_F(RunOptionsTest, WordsThatMakeNoSenseAreNamed)
{
    EXPECT_EQ(refusal({"--memory", "0"}), "--memory: '0' is no memory at all");
    EXPECT_EQ(refusal({"--threads", "0"}), "--threads: '0' must be more than 0");
    EXPECT_EQ(refusal({"--files", "4294967296"}), "--files: '4294967296' is more than any host has");
    EXPECT_EQ(refusal({"--timeout", "0"}), "--timeout: '0' is not a time to run for: it must be more than 0 seconds");
    EXPECT_EQ(refusal({"--cpu-time", "soon"}), "--cpu-time: 'soon' is not a number of seconds");
    EXPECT_EQ(refusal({"--env", "=x"}), "--env: '=x' is not of the form NAME or NAME=VALUE");
    EXPECT_EQ(refusal({"--require-sandbox", "--no-sandbox"}), "--require-sandbox and --no-sandbox exclude each other");
    EXPECT_EQ(refusal({"--engine", "xen"}), "--engine: 'xen' is not auto, kvm or soft");
    for (const char* option : {"--memory", "--threads", "--files", "--fsize", "--output"})
        EXPECT_EQ(refusal({option, "-1"}),
                  std::string{option} + ": '-1' is not a number: write it in decimal, or in hexadecimal with 0x");
    for (const char* option : {"--fsize", "--output", "--memory"})
        EXPECT_EQ(refusal({option, "99999999999T"}), std::string{option} + ": '99999999999T' does not fit into 64 bits");
}

TEST_F(RunOptionsTest, EmptyWordsAreNotTakenForNone)
{
    for (const char* option : {"--ro", "--rw", "--cwd", "--env", "--grants", "--memory", "--timeout", "--cpu-time", "--threads",
                               "--files", "--fsize", "--output", "--engine", "--gdb"}) {
        const std::string message = refusal({option, ""});
        EXPECT_THAT(message, StartsWith(std::string{option} + ": "));
        EXPECT_THAT(message, HasSubstr("''"));
    }
}

TEST_F(RunOptionsTest, ADebuggerIsWaitedForAtAPortOrASocket)
{
    using namespace debug::gdb;
    EXPECT_FALSE(with({}).gdb);
    EXPECT_EQ(with({"--gdb", "1234"}).gdb, (Address{TcpAddress{.port = "1234"}}));
    EXPECT_EQ(with({"--gdb", "unix:/tmp/it"}).gdb, (Address{UnixAddress{"/tmp/it"}}));
    EXPECT_THAT(refusal({"--gdb", "70000"}), HasSubstr("--gdb: '70000' is not PORT"));
    EXPECT_THAT(refusal({"--gdb", "unix:"}), HasSubstr("names no socket"));
}

TEST_F(RunOptionsTest, NoSuchOptionNoWordForOneAndNoSecond)
{
    EXPECT_THAT(refusal({"--frob"}), HasSubstr("--frob"));
    EXPECT_THAT(refusal({"-x"}), HasSubstr("-x"));
    EXPECT_THAT(refusal({"--frob=3"}), HasSubstr("--frob"));
    EXPECT_NE(refusal({"--memory", "1M", "--memory", "2M"}), "") << "twice";
    EXPECT_THROW(options({"--ro"}), CLI::ParseError) << "its word is missing";
    EXPECT_THROW(options({"--help", "sh"}), CLI::CallForHelp);
}

TEST_F(RunOptionsTest, GrantsOfAFileComeFirstAndItsPathsStartThere)
{
    const test::ImageFile file{std::as_bytes(std::span{std::string_view{"ro data\nrw /var/x\nenv A=1\nenv B=1\ncwd data\ntmp\n"}})};
    const std::string folder = file.path().substr(0, file.path().rfind('/'));
    const std::string path = file.path();
    const auto program = with({"--rw", "/var/y", "--env", "A=2", "--grants", path.c_str()}).program;
    EXPECT_THAT(program.grants,
                ElementsAre(Grant{folder + "/data", false, ""}, Grant{"/var/x", true, ""}, Grant{"/var/y", true, ""}));
    EXPECT_THAT(program.environment, ElementsAre("B=1", "A=2"));
    EXPECT_EQ(program.working_directory, folder + "/data");
    EXPECT_TRUE(program.private_tmp);
    EXPECT_EQ(with({"--cwd", "/", "--grants", path.c_str()}).program.working_directory, "/") << "options have the last word";
}

TEST_F(RunOptionsTest, WhatIsWrongInAFileIsNamedWithItsLine)
{
    const test::ImageFile file{std::as_bytes(std::span{std::string_view{"\nro a\nread b\n"}})};
    const std::string path = file.path();
    EXPECT_EQ(refusal({"--grants", path.c_str()}), "--grants: " + path + ":3: 'read' is not ro, rw, tmp, cwd or env");
    EXPECT_EQ(refusal({"--grants", "/nowhere/grants"}), "--grants: /nowhere/grants: No such file or directory");
}

TEST_F(RunOptionsTest, HelpNamesEveryExitStatusAndWhatComesLast)
{
    CLI::App command{"", "run"};
    RunWords words;
    add_run_options(command, words);
    const std::string help = command.help();
    EXPECT_THAT(help, HasSubstr("Usage: husk run [OPTIONS] PROGRAM [ARGS...]"));
    EXPECT_THAT(help, HasSubstr("--strace[=FILE]"));
    for (const char* status : {"128+N", "105", "106", "107", "120", "121", "122", "124"})
        EXPECT_THAT(help, HasSubstr(std::string{"\n  "} + status + "  "));
}

TEST_F(RunOptionsTest, TheCommandHandsThemOn)
{
    static std::vector<std::string> got;
    CLI::App command;
    Tail tail;
    const Action action = add_run(command, tail, [](const RunOptions& options) {
        got = options.program.arguments;
        return 42;
    });
    command.parse(std::vector<std::string>{"--tmp"});
    tail = {"sh", "-c", "exit"};
    EXPECT_EQ(action(), 42);
    EXPECT_THAT(got, ElementsAre("sh", "-c", "exit"));
    tail.clear();
    EXPECT_THROW(action(), UsageError);
}

}  // namespace
}  // namespace husk::cli
