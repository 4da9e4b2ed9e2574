// What a path starts: the executable, scripts that lead to it, the interpreter it names; and why not, as execve() answers.
#include "program/image/start.hpp"
#include "support/errors.hpp"
#include "support/linux_program.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

namespace husk::program {
namespace {

using Arguments = std::vector<std::string>;

class ProgramStart : public testing::Test {
protected:
    std::string program(std::string_view name, std::string_view interpreter = {}) const
    {
        auto elf = test::linux_program();
        if (!interpreter.empty()) test::add_interpreter(elf, interpreter);
        return folder_.write(name, elf.build(), true);
    }

    static StartError error_of(const std::string& path)
    {
        const auto start = open_start(path, {"argv0"});
        EXPECT_FALSE(start) << path;
        return start ? StartError{} : start.error();
    }

    /// errno of a real execve(); 0 if it started something.
    static int errno_of_execve(const std::string& path)
    {
        const pid_t child = ::fork();
        if (child == 0) {
            const char* const arguments[] = {path.c_str(), nullptr};
            ::execve(path.c_str(), const_cast<char* const*>(arguments), nullptr);
            ::_exit(errno);
        }
        int status = 0;
        if (::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
        return WEXITSTATUS(status) == kExitOfProgram ? 0 : WEXITSTATUS(status);
    }

    static constexpr int kExitOfProgram = 7;  // E2BIG, which no test gives cause for
    test::TempFolder folder_;
};

TEST_F(ProgramStart, ExecutableIsOpenedWithItsArguments)
{
    const auto path = program("program");
    const auto start = open_start(path, {"name", "one"});
    ASSERT_TRUE(start) << describe(start.error());
    EXPECT_EQ(start->program.path, path);
    EXPECT_EQ(start->program.executable.entry, test::kProgramEntry);
    EXPECT_FALSE(start->interpreter);
    EXPECT_EQ(start->arguments, (Arguments{"name", "one"}));
    EXPECT_TRUE(start->scripts.empty());
    std::byte first{};
    EXPECT_EQ(::pread(start->program.file.descriptor(), &first, 1, 0), 1);
}

TEST_F(ProgramStart, InterpreterIsOpenedToo)
{
    const auto loader = program("loader", "/not/looked/at");
    const auto start = open_start(program("program", loader), {"name"});
    ASSERT_TRUE(start) << describe(start.error());
    ASSERT_TRUE(start->interpreter);
    EXPECT_EQ(start->interpreter->path, loader);
    EXPECT_EQ(start->interpreter->executable.interpreter, "");
}

TEST_F(ProgramStart, ScriptsLeadToTheirInterpreter)
{
    const auto path = program("program");
    const auto inner = folder_.write("inner", "#!" + path + " a b\n", true);
    const auto outer = folder_.write("outer", "#! " + inner + "\n", true);
    const auto start = open_start(outer, {"not seen", "x", ""});
    ASSERT_TRUE(start) << describe(start.error());
    EXPECT_EQ(start->program.path, path);
    EXPECT_EQ(start->arguments, (Arguments{path, "a b", inner, outer, "x", ""}));
    EXPECT_EQ(start->scripts, (Arguments{outer, inner}));
    // execve() takes no argument at all, too.
    EXPECT_EQ(open_start(inner, {})->arguments, (Arguments{path, "a b", inner}));
}

TEST_F(ProgramStart, AtMostFiveScriptsRunOneAnother)
{
    std::string next = program("program");
    for (int depth = 1; depth <= 7; ++depth) {
        next = folder_.write("script" + std::to_string(depth), "#!" + next + "\n", true);
        const auto start = open_start(next, {"name"});
        const int code = start ? 0 : start.error().code;
        EXPECT_EQ(code, depth <= 5 ? 0 : ELOOP) << depth;
        EXPECT_EQ(errno_of_execve(next), code) << depth;
    }
    const auto itself = folder_ / "itself";
    folder_.write("itself", "#!" + itself + "\n", true);
    EXPECT_EQ(error_of(itself).code, ELOOP);
}

TEST_F(ProgramStart, WhatExecveRefusesIsRefusedWithItsErrno)
{
    program("program");
    ::mkfifo((folder_ / "fifo").c_str(), 0755);
    folder_.link("loop", "loop");
    folder_.write("not-executable", "#!/bin/sh\n");
    folder_.write("text", "hello\n", true);
    folder_.write("empty", "", true);
    folder_.write("no-such-interpreter", "#!/no/such\n", true);
    folder_.write("directory-interpreter", "#!/\n", true);
    folder_.write("carriage-return", "#!/bin/sh\r\n", true);
    folder_.write("no-interpreter", "#!\n", true);
    program("no-such-loader", "/no/such");
    program("directory-loader", "/");
    program("text-loader", folder_ / "long-text");
    folder_.write("long-text", std::string(100, 'x'), true);
    for (const char* name :
         {"", "program/", "program/x", ".", "nothing", "fifo", "loop", "not-executable", "text", "empty", "no-such-interpreter",
          "directory-interpreter", "carriage-return", "no-interpreter", "no-such-loader", "directory-loader", "text-loader"}) {
        const auto path = *name == '\0' ? std::string{} : folder_ / name;
        const auto error = error_of(path);
        EXPECT_NE(error.code, 0) << name;
        EXPECT_EQ(errno_of_execve(path), error.code) << name << ": " << describe(error);
    }
}

TEST_F(ProgramStart, ErrorNamesTheFileThatIsToBlame)
{
    EXPECT_EQ(describe(error_of("/no/such")), "/no/such: No such file or directory");
    EXPECT_EQ(describe(error_of("")), "\"\": No such file or directory");
    EXPECT_EQ(error_of(folder_.write("script", "#!/no/such\n", true)).path, "/no/such");
    EXPECT_EQ(error_of(program("program", "/no/loader")).path, "/no/loader");
    const auto text = folder_.write("text", "hello\n", true);
    EXPECT_EQ(describe(error_of(text)), text +
                                            ": Exec format error: e_ident (file offset 0x0): neither an ELF file nor a script "
                                            "that starts with #!");
    const auto loader = folder_.write("loader", "hello\n", true);
    EXPECT_EQ(error_of(program("bad-loader", loader)).path, loader);
}

TEST_F(ProgramStart, SourceReadsOnlyWhatIsThere)
{
    const auto file = FileSource::open(folder_.write("file", "0123456789"));
    ASSERT_TRUE(file);
    EXPECT_EQ(file->size(), 10u);
    std::array<std::byte, 4> four{};
    EXPECT_EQ(file->read(8, four), 2u);
    EXPECT_EQ(four[1], std::byte{'9'});
    EXPECT_EQ(file->read(10, four), 0u);
    EXPECT_EQ(file->read(~std::uint64_t{0}, four), 0u);
    EXPECT_EQ(file->read(~std::uint64_t{0} >> 1, four), 0u);
    EXPECT_EQ(FileSource::open(folder_.path()).error(), EACCES);
    EXPECT_EQ(FileSource::open("/dev/zero").error(), EACCES);
    EXPECT_EQ(FileSource::open("/no/such").error(), ENOENT);
}

}  // namespace
}  // namespace husk::program
