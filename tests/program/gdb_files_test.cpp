// What `husk run --gdb` tells of libraries and files, packet by packet: what the program may read, and nothing else.
#include "debug/gdb/packet.hpp"
#include "program/debugged_program.hpp"

#include <elf.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstring>
#include <filesystem>
#include <fstream>

namespace husk::test {
namespace {

using debug::gdb::to_hex;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class GdbProgramFiles : public testing::Test {
protected:
    void SetUp() override
    {
        if (!runs_husk()) GTEST_SKIP() << "this lane does not run Husk";
    }

    static std::string open(Debugged& program, const std::string& path)
    {
        return program.ask("vFile:open:" + to_hex(path) + ",0,0");
    }
    static std::string object(Debugged& program, const std::string& kind)
    {
        return program.ask("qXfer:" + kind + ":read::0,fff").substr(1);
    }
    /// Runs it to its own first instruction: all that it is linked with is loaded.
    static void run_to_entry(Debugged& program)
    {
        const std::string vector = object(program, "auxv");
        std::uint64_t entry = 0;
        for (std::size_t at = 0; at + sizeof(Elf64_auxv_t) <= vector.size(); at += sizeof(Elf64_auxv_t)) {
            Elf64_auxv_t each{};
            std::memcpy(&each, vector.data() + at, sizeof each);
            if (each.a_type == AT_ENTRY) entry = each.a_un.a_val;
        }
        EXPECT_EQ(program.ask(fmt::format("Z0,{:x},1", entry)), "OK");
        EXPECT_THAT(program.ask("vCont;c"), HasSubstr("swbreak"));
        EXPECT_EQ(program.rip(), entry);
        EXPECT_EQ(program.ask(fmt::format("z0,{:x},1", entry)), "OK");
    }

    TempFolder folder_;
};

TEST_F(GdbProgramFiles, LibrariesAreThoseOfTheDynamicLinker)
{
    Debugged program{"counted.dynamic"};
    EXPECT_THAT(program.ask("qSupported"), HasSubstr(";qXfer:libraries-svr4:read+"));
    EXPECT_THAT(object(program, "libraries-svr4"), Not(HasSubstr("<library "))) << "it has not run yet";
    run_to_entry(program);
    const std::string list = object(program, "libraries-svr4");
    EXPECT_THAT(list, HasSubstr(" main-lm=\"0x"));
    EXPECT_THAT(list, HasSubstr("libc.so.6\" lm=\"0x"));
    EXPECT_THAT(list, HasSubstr("ld-linux-x86-64.so.2\" lm=\"0x"));
    EXPECT_EQ(program.ask("vCont;c"), "W07");
    EXPECT_EQ(program.status(), 7);
}

TEST_F(GdbProgramFiles, AStaticProgramHasNoLibraries)
{
    Debugged program;
    run_to_entry(program);
    EXPECT_THAT(object(program, "libraries-svr4"), Not(HasSubstr("<library ")));
    EXPECT_EQ(program.ask("vKill;1"), "OK");
}

TEST_F(GdbProgramFiles, TheProgramsOwnIsReadWithAndWithoutItsGrant)
{
    for (const std::vector<std::string>& options : {std::vector<std::string>{}, {"--no-default-grants"}}) {
        Debugged program{"counted", {"descriptors"}, options};
        const std::string path = object(program, "exec-file");
        EXPECT_EQ(path, std::filesystem::canonical(Debugged::path_of("counted")));
        ASSERT_EQ(open(program, path), "F0");
        EXPECT_EQ(program.ask("vFile:pread:0,4,0"),
                  "F4;\x7f"
                  "ELF");
        EXPECT_THAT(program.ask("vFile:fstat:0"), StartsWith("F40;"));
        EXPECT_EQ(program.ask("vFile:setfs:0"), "F0");
        EXPECT_EQ(program.ask("vCont;c"), "W06") << "it finds no descriptor that is not its own";
        EXPECT_EQ(program.status(), 6);
    }
}

TEST_F(GdbProgramFiles, WhatWasNotGrantedIsNotThereAndIsNotExplained)
{
    Debugged program{"counted", {}, {"--explain"}};
    for (const char* const path :
         {"/etc/passwd", "/root", "just probing", "../../../../etc/passwd", "/proc/self/mem", "/proc/1/environ"})
        EXPECT_THAT(open(program, path), "F-1,2") << path;
    for (const char* const path : {"/", "/proc", "."}) EXPECT_EQ(open(program, path), "F-1,15") << path;
    // What another reads, or what waits: devices, the program's own descriptors, what Husk makes.
    for (const char* const path : {"/dev/null", "/dev/random", "/proc/self/fd/0", "/proc/self/fd/1", "/proc/self/maps"})
        EXPECT_EQ(open(program, path), "F-1,d") << path;
    EXPECT_EQ(program.ask("vFile:readlink:" + to_hex("/etc/mtab")), "F-1,2");
    EXPECT_EQ(program.ask("vCont;c"), "W07");
    const Finished end = program.end();
    EXPECT_EQ(end.status, 7);
    EXPECT_THAT(end.err, Not(HasSubstr("passwd"))) << "it was not the program that looked";
}

TEST_F(GdbProgramFiles, WithinAGrantOnlyFilesAreReadAndNoLinkLeadsOut)
{
    std::ofstream{folder_.path() + "/file"} << "text";
    std::filesystem::create_symlink("file", folder_.path() + "/link");
    std::filesystem::create_symlink("/etc/passwd", folder_.path() + "/out");
    ::mkfifo((folder_.path() + "/fifo").c_str(), S_IRUSR | S_IWUSR);
    Debugged program{"counted", {}, {"--rw", folder_.path()}};
    ASSERT_EQ(open(program, folder_.path() + "/link"), "F0");
    EXPECT_EQ(program.ask("vFile:pread:0,fff,0"), "F4;text");
    EXPECT_EQ(program.ask("vFile:readlink:" + to_hex(folder_.path() + "/link")), "F4;file");
    EXPECT_EQ(open(program, folder_.path() + "/out"), "F-1,2");
    EXPECT_EQ(open(program, folder_.path() + "/fifo"), "F-1,d") << "to open it would wait";
    EXPECT_EQ(open(program, folder_.path()), "F-1,15");
    // Nothing is written, though the program may.
    EXPECT_EQ(program.ask("vFile:open:" + to_hex(folder_.path() + "/file") + ",2,0"), "F-1,1e");
    EXPECT_EQ(program.ask("vFile:open:" + to_hex(folder_.path() + "/new") + ",a01,1ff"), "F-1,1e");
    EXPECT_EQ(program.ask("vFile:unlink:" + to_hex(folder_.path() + "/file")), "");
    // Another in its place is another.
    std::filesystem::rename(folder_.path() + "/file", folder_.path() + "/old");
    EXPECT_EQ(program.ask("vFile:pread:0,fff,0"), "F-1,2");
    std::ofstream{folder_.path() + "/file"} << "other";
    EXPECT_EQ(program.ask("vFile:pread:0,fff,0"), "F-1,270f");
    EXPECT_EQ(program.ask("vKill;1"), "OK");
    EXPECT_EQ(program.status(), 137);
}

}  // namespace
}  // namespace husk::test
