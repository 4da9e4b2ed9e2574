// --inspect of husk run and husk thaw.
#include "support/command.hpp"
#include "support/frozen_image.hpp"
#include "support/linux_program.hpp"
#include "support/temp_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>

namespace husk::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::vector<std::string> kEngines =
    HUSK_SOFT_ENGINE ? std::vector<std::string>{"auto", "soft"} : std::vector<std::string>{"auto"};

/// A static program of this code.
std::vector<std::byte> program_of(const std::vector<std::byte>& code)
{
    Elf64Builder elf = linux_program();
    elf.segments.at(1).bytes = code;
    elf.segments.at(1).memsz = code.size();
    elf.entry = elf.segments.at(1).vaddr;
    return elf.build();
}

template <typename... Bytes>
std::vector<std::byte> code_of(Bytes... values)
{
    return {static_cast<std::byte>(values)...};
}

class InspectProgram : public testing::Test {
protected:
    void SetUp() override
    {
        if (const std::string why = why_no_programs(); !why.empty()) GTEST_SKIP() << why;
    }

    const TempFolder folder_;
    const std::string exits_ = folder_.write("exits", linux_program().build(), true);
    // mov dword ptr [0x1234], 5
    const std::string writes_nowhere_ =
        folder_.write("writes", program_of(code_of(0xC7, 0x04, 0x25, 0x34, 0x12, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00)), true);
    // mov byte ptr [0x401000], 1
    const std::string writes_code_ =
        folder_.write("code", program_of(code_of(0xC6, 0x04, 0x25, 0x00, 0x10, 0x40, 0x00, 0x01)), true);
};

TEST_F(InspectProgram, WhyItWasEnded)
{
    for (const std::string& engine : kEngines) {
        const auto nowhere = run_husk({"run", "--inspect", "--engine", engine, writes_nowhere_});
        EXPECT_EQ(nowhere.status, 128 + SIGSEGV);
        EXPECT_THAT(nowhere.err, HasSubstr("was ended\n  SIGSEGV, SEGV_MAPERR\n  #PF page fault, error code 0x6\n"));
        EXPECT_THAT(nowhere.err, HasSubstr("0x1234 was to be written: nothing is mapped there; above it"));
        EXPECT_THAT(nowhere.err, HasSubstr("rip 0000000000401000\n"));
        EXPECT_THAT(nowhere.err, HasSubstr("  > 0x401000: C7 04 25 34 12 00 00 05 00 00 00 mov dword ptr [0x1234], 5\n"));
        const auto code = run_husk({"run", "--inspect=stop", "--engine", engine, writes_code_});
        EXPECT_THAT(code.err, HasSubstr("SIGSEGV, SEGV_ACCERR\n"));
        EXPECT_THAT(code.err, HasSubstr("0x401000 was to be written: it is in " + writes_code_ + ", r-x, which does not allow"));
    }
}

TEST_F(InspectProgram, Memory)
{
    for (const std::string& engine : kEngines) {
        const auto run = run_husk({"run", "--inspect", "--engine", engine, exits_});
        EXPECT_EQ(run.status, 7);
        EXPECT_THAT(run.err, Not(HasSubstr("was ended")));
        EXPECT_THAT(run.err, HasSubstr("  0x401000 to 0x401fff          r-x       4 KiB"));
        EXPECT_THAT(run.err, HasSubstr("touched  [stack]\n"));
        EXPECT_THAT(run.err, HasSubstr("rsp is in [stack], rw-, "));
        EXPECT_EQ(run.err.find('\033'), std::string::npos) << "it is no terminal";
    }
}

TEST_F(InspectProgram, BeforeTheFirstInstruction)
{
    const auto run = run_husk({"run", "--inspect=start", exits_});
    EXPECT_EQ(run.status, 7);
    EXPECT_THAT(run.err, HasSubstr("the first thread, 64-bit code at ring 3\n"));
    EXPECT_THAT(run.err, HasSubstr("rip 0000000000401004\n"));
    EXPECT_THAT(run_husk({"run", exits_}).err, Not(HasSubstr("touched")));
}

TEST_F(InspectProgram, Json)
{
    const std::string file = folder_ / "told.json";
    const auto run = run_husk({"run", "--json=" + file, "--inspect", writes_nowhere_});
    EXPECT_THAT(run.err, Not(HasSubstr("touched")));
    std::ifstream stream{file};
    const auto all = nlohmann::json::parse(stream);
    const auto& thread = all.at("explained").at("threads").at(0);
    EXPECT_EQ(thread.at("registers").at("rip"), "0x401000");
    EXPECT_EQ(thread.at("ended_by").at("signal"), "SIGSEGV");
    EXPECT_EQ(thread.at("ended_by").at("code"), "SEGV_MAPERR");
    EXPECT_EQ(thread.at("ended_by").at("address"), "0x1234");
    EXPECT_EQ(thread.at("ended_by").at("error_code"), "0x6");
    EXPECT_EQ(all.at("explained").at("areas").at(0).at("begin"), "0x400000");
}

TEST_F(InspectProgram, OfAThawedOne)
{
    const std::string file = folder_ / "cat.frozen";
    ASSERT_EQ(run_husk({"freeze", "--at", "stdin", "-o", file, "/bin/cat"}).status, 0);
    const auto start = run_husk({"thaw", "--inspect=start", file}, "through");
    EXPECT_EQ(start.out, "through");
    EXPECT_THAT(start.err, HasSubstr(", 64-bit code at ring 3\n"));
    EXPECT_THAT(start.err, HasSubstr("syscall\n"));
    const auto stop = run_husk({"thaw", "--inspect", file}, "through");
    EXPECT_EQ(stop.out, "through");
    EXPECT_THAT(stop.err, HasSubstr("touched  [stack]\n"));
}

/// A program that asks for nothing and ends by a fault, within its function `go`.
TEST_F(InspectProgram, WhereItIsByName)
{
    Elf64Builder elf = linux_program();
    elf.segments.at(1).bytes = code_of(0x90, 0xC7, 0x04, 0x25, 0x34, 0x12, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00);
    elf.segments.at(1).memsz = elf.segments.at(1).bytes.size();
    elf.entry = elf.segments.at(1).vaddr;
    elf.add_symbols({{"go", elf.entry, 0x20}});
    const std::string named = folder_.write("named", elf.build(), true);
    for (const std::string& engine : kEngines) {
        const auto run = run_husk({"run", "--inspect", "--engine", engine, named});
        EXPECT_THAT(run.err, HasSubstr("  rip is at go+0x1 (named)\n"));
    }
    const auto start = run_husk({"run", "--inspect=start", "--json=" + (folder_ / "told.json"), named});
    std::ifstream stream{folder_ / "told.json"};
    EXPECT_EQ(nlohmann::json::parse(stream).at("explained").at("threads").at(0).at("symbol"), "go (named)");
    EXPECT_THAT(run_husk({"run", "--inspect", writes_nowhere_}).err, HasSubstr("rip is at writes+0x401000\n")) << "no symbols";
}

/// /bin/cat, frozen where it waits for its input.
class InspectFrozenProgram : public InspectProgram {
protected:
    void SetUp() override
    {
        InspectProgram::SetUp();
        if (IsSkipped()) return;
        ASSERT_EQ(run_husk({"freeze", "--at", "stdin", "-o", file_, "/bin/cat"}).status, 0);
    }
    nlohmann::json json(const std::vector<std::string>& more = {}) const
    {
        std::vector<std::string> words{"inspect", "--json", file_};
        words.insert(words.end(), more.begin(), more.end());
        return nlohmann::json::parse(run_husk(words).out);
    }

    const std::string file_ = folder_ / "cat.frozen";
};

TEST_F(InspectFrozenProgram, FunctionsByName)
{
    EXPECT_THAT(run_husk({"inspect", file_}).out, HasSubstr("    at read+0x"));
    const auto thread = json().at("explained").at("threads").at(0);
    EXPECT_THAT(thread.at("symbol").get<std::string>(), testing::EndsWith("(libc.so.6)"));
    EXPECT_THAT(thread.at("code").get<std::string>(), HasSubstr("syscall"));
}

TEST_F(InspectFrozenProgram, OneAddress)
{
    const auto areas = json().at("explained").at("areas");
    const auto code = std::ranges::find(areas, "r-x", [](const auto& area) { return area.at("rights"); });
    ASSERT_NE(code, areas.end());
    const std::string begin = code->at("begin");
    const auto run = run_husk({"inspect", file_, "--address", begin});
    EXPECT_THAT(run.out, StartsWith(begin + ": 4-level paging, by the PML4 that CR3 names, at 0x"));
    EXPECT_THAT(run.out, HasSubstr("maps a page of 2 MiB"));
    EXPECT_THAT(run.out, HasSubstr("in the program\n  /bin/cat, r-x, 0x0 from its start at " + begin));
    EXPECT_THAT(run.out, HasSubstr("  write   SIGSEGV, SEGV_ACCERR, error code 0x6"));
    const auto nowhere = json({"--address", "0x123"}).at("explained").at("address");
    EXPECT_EQ(nowhere.at("program").at("accesses").at(0).at("signal"), "SIGSEGV, SEGV_MAPERR");
    EXPECT_EQ(nowhere.at("steps").size(), 3u);
}

TEST_F(InspectFrozenProgram, APage)
{
    const std::string html = folder_ / "cat.html";
    const auto run = run_husk({"inspect", file_, "--html", html});
    EXPECT_EQ(run.status, 0);
    EXPECT_EQ(run.out, "");
    std::ifstream stream{html};
    const std::string page{std::istreambuf_iterator<char>{stream}, {}};
    EXPECT_THAT(page, HasSubstr("cat.frozen</h1>"));
    for (const auto* const what : {"← RIP of thread ", "<h2>page tables: 4-level paging</h2>", "<h2>TSS</h2>", "rip is at read+0x",
                                   "[stack]</text>", "Husk&#39;s: tables, stubs, TSSs"})
        EXPECT_THAT(page, HasSubstr(what));
    for (const auto* const loads : {"<script", "src=", "href=", "url("}) EXPECT_THAT(page, Not(HasSubstr(loads)));
    EXPECT_EQ(run_husk({"inspect", file_, "--html", "/nowhere/cat.html"}).status, 122);
    EXPECT_EQ(run_husk({"inspect", file_, "--address", "there"}).status, 120);
}

TEST_F(InspectProgram, WordsThatMakeNoSense)
{
    const auto run = run_husk({"run", "--inspect=later", exits_});
    EXPECT_EQ(run.status, 120);
    EXPECT_THAT(run.err, HasSubstr("--inspect: 'later' is not start or stop"));
    const FrozenImage guest;
    const auto many = run_husk({"thaw", guest.path(), "--inspect", "--count", "2"});
    EXPECT_EQ(many.status, 120);
    EXPECT_THAT(many.err, HasSubstr("--inspect: is for one thaw"));
}

TEST(InspectThawedImage, AtTheStartAndAtTheStop)
{
    const FrozenImage guest;
    const auto start = run_husk({"thaw", guest.path(), "--inspect=start"});
    EXPECT_THAT(start.err, StartsWith("mode: long, 64-bit code\n"));
    const auto stop = run_husk({"thaw", guest.path(), "--inspect"});
    EXPECT_THAT(stop.err, HasSubstr("page tables: 4-level paging\n"));
    const auto json = nlohmann::json::parse(run_husk({"thaw", guest.path(), "--inspect", "--json"}).out);
    EXPECT_EQ(json.at("explained").at("mode"), "long");
}

}  // namespace
}  // namespace husk::test
