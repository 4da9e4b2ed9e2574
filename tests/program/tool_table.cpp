#include "program/real_programs.hpp"

namespace husk::test {
namespace {

constexpr const char* kThreads = "threads";
constexpr const char* kGcc = "/usr/lib/gcc/x86_64-linux-gnu/12";
constexpr const char* kLibraries = "/usr/lib/x86_64-linux-gnu";

RealProgram tool(const std::string& test, const std::string& package, const std::string& program,
                 std::vector<std::string> arguments, std::string input = {}, int status = 0)
{
    return {test, package, "/usr/bin/" + program, std::move(arguments), {}, std::move(input), status, {}};
}

/// GCC's compiler proper, GNU as and ld, called as the driver gcc would call them: it would start processes.
std::vector<RealProgram> compilers()
{
    const std::string gcc = kGcc;
    const std::string libraries = kLibraries;
    const auto headers = reading({gcc, "/usr/include", "/usr/local/include"});
    RealProgram c{"cc1",
                  "gcc-12",
                  gcc + "/cc1",
                  {"-quiet", "-imultiarch", "x86_64-linux-gnu", "program.c", "-mtune=generic", "-march=x86-64", "-O2", "-Wall",
                   "-o", "program.s"},
                  headers,
                  {},
                  0,
                  {}};
    RealProgram cpp{"cc1plus",
                    "g++-12",
                    gcc + "/cc1plus",
                    {"-quiet", "-imultiarch", "x86_64-linux-gnu", "-D_GNU_SOURCE", "-", "-mtune=generic", "-march=x86-64",
                     "-std=c++20", "-O1", "-fno-ident", "-o", "program.s"},
                    headers,
                    "#include <map>\n#include <string>\nint f(std::map<std::string, int>& m) { return m[\"x\"]++; }\n",
                    0,
                    {}};
    RealProgram wrong{
        "cc1_error", "gcc-12", gcc + "/cc1", {"-quiet", "-", "-o", "none.s"}, headers, "int main(void) { return x; }\n", 1, {}};
    RealProgram as = tool("as", "binutils", "as", {"--64", "-o", "made.o", built("program.s")});
    as.grants = reading({built("program.s")});
    RealProgram ld = tool("ld", "binutils", "ld",
                          {"-static", "-m", "elf_x86_64", "-o", "program", libraries + "/crt1.o", libraries + "/crti.o",
                           gcc + "/crtbeginT.o", "-L" + gcc, "-L" + libraries, built("program.o"), "--start-group", "-lgcc",
                           "-lgcc_eh", "-lc", "--end-group", gcc + "/crtend.o", libraries + "/crtn.o"});
    ld.grants = reading({gcc, libraries, built("program.o")});
    RealProgram objdump = tool("objdump", "binutils", "objdump", {"-d", "--no-show-raw-insn", built("program.o")});
    objdump.grants = reading({built("program.o")});
    return {c, cpp, wrong, as, ld, objdump};
}

std::vector<RealProgram> archivers()
{
    RealProgram threaded = tool("zstd_threads", "zstd", "zstd", {"-T4", "-q", "-k", "numbers.txt"});
    threaded.soft_lacks = kThreads;
    RealProgram xz_threaded = tool("xz_threads", "xz-utils", "xz", {"-T4", "-k", "--block-size=2000", "numbers.txt"});
    xz_threaded.soft_lacks = kThreads;
    return {
        tool("tar", "tar", "tar",
             {"--sort=name", "--owner=0", "--group=0", "--numeric-owner", "-cvf", "archive.tar", "folder", "prose.txt"}),
        tool("tar_list", "tar", "tar", {"--full-time", "-tvf", built("archive.tar")}),
        tool("tar_extract", "tar", "tar", {"-xvf", built("archive.tar")}),
        tool("gzip", "gzip", "gzip", {"-9", "-k", "-n", "prose.txt"}),
        tool("gzip_pipe", "gzip", "gzip", {"-c", "-n"}, std::string(200000, 'x')),
        tool("gzip_wrong", "gzip", "gzip", {"-dc", "prose.txt"}, {}, 1),
        tool("bzip2", "bzip2", "bzip2", {"-k", "prose.txt"}),
        tool("xz", "xz-utils", "xz", {"-T1", "-k", "-e", "people.csv"}),
        tool("zstd", "zstd", "zstd", {"--single-thread", "-q", "-19", "-k", "people.csv"}),
        threaded,
        xz_threaded,
    };
}

std::vector<RealProgram> text_tools()
{
    return {
        tool("grep", "grep", "grep", {"-nE", "(stack|pipe)s?|^$", "prose.txt"}),
        tool("grep_recursive", "grep", "grep", {"-rc", "o", "."}),
        tool("grep_perl", "grep", "grep", {"-oP", "\\b(\\w)\\w*\\1\\b", "prose.txt"}),
        tool("grep_nothing", "grep", "grep", {"nothing like it", "people.csv"}, {}, 1),
        tool("sed", "sed", "sed", {"-E", "1d;s/^([0-9]+),([A-Z]).*,/\\2 \\1: /;$!N;P;D", "people.csv"}),
        tool("sed_in_place", "sed", "sed", {"-i.orig", "s/guest/host/g", "prose.txt"}),
        tool("mawk", "mawk", "mawk", {"-f", "script.awk", "people.csv"}, {}, 4),
        tool("gawk", "gawk", "gawk", {"-f", "script.awk", "people.csv"}, {}, 4),
        tool("find", "findutils", "find", {"folder", "-name", "*.txt", "-newermt", "2020-01-01", "-printf", "%p %s %m %y\\n"}),
        tool("find_delete", "findutils", "find", {"folder", "-depth", "-delete"}),
        tool("diff", "diffutils", "diff", {"-u", "--label", "a", "--label", "b", "prose.txt", "people.csv"}, {}, 1),
        tool("diff_recursive", "diffutils", "diff", {"-rq", "folder", "folder/deep"}, {}, 1),
        tool("cmp", "diffutils", "cmp", {"-l", "prose.txt", "people.csv"}, {}, 1),
        tool("sqlite3", "sqlite3", "sqlite3", {"-bail", "base.sqlite", ".read script.sql"}, {}, 1),
        tool("sqlite3_memory", "sqlite3", "sqlite3", {"-box", ":memory:"},
             "with recursive n(x) as (select 1 union all select x + 1 from n where x < 10000) select sum(x), hex(x % 7) from n;\n"),
    };
}

}  // namespace

std::vector<RealProgram> tool_programs()
{
    std::vector<RealProgram> all;
    for (const auto& table : {text_tools(), archivers(), compilers()}) all.insert(all.end(), table.begin(), table.end());
    for (RealProgram& program : all)
        if (program.grants.empty() && program.name.starts_with("tar_")) program.grants = reading({built("archive.tar")});
    return all;
}

}  // namespace husk::test
