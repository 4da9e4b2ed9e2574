#include "program/real_programs.hpp"

namespace husk::test {
namespace {

constexpr const char* kWho = "/etc/passwd";

/// NAME of /usr/bin with these words.
RealProgram core(const std::string& test, const std::string& program, std::vector<std::string> arguments, std::string input = {},
                 int status = 0)
{
    return {test, "coreutils", "/usr/bin/" + program, std::move(arguments), {}, std::move(input), status, {}};
}

}  // namespace

std::vector<RealProgram> coreutils_programs()
{
    std::vector<RealProgram> table{
        core("ls", "ls", {"-1aF"}),
        core("ls_recursive", "ls", {"-lRn", "--time-style=full-iso", "folder"}),
        core("ls_nothing", "ls", {"none"}, {}, 2),
        core("cat", "cat", {"-n", "prose.txt", "-"}, "from standard input\n"),
        core("tac", "tac", {"people.csv"}),
        core("sort_numbers", "sort", {"-n", "--parallel=1", "numbers.txt"}),
        core("sort_keys", "sort", {"-t,", "-k2,2", "-k3,3nr", "--parallel=1", "-o", "sorted.csv", "people.csv"}),
        core("uniq", "uniq", {"-c"}, "a\na\nb\na\n"),
        core("comm", "comm", {"people.csv", "numbers.txt"}, {}, 1),
        core("join", "join", {"-t,", "-", "people.csv"}, "number,x\n3,y\n", 1),
        core("cut", "cut", {"-d,", "-f2,4", "people.csv"}),
        core("paste", "paste", {"-sd+", "numbers.txt"}),
        core("tr", "tr", {"a-z", "A-Z"}, "some text\n"),
        core("wc", "wc", {"prose.txt", "people.csv", "numbers.txt"}),
        core("head", "head", {"-c", "100", "prose.txt"}),
        core("tail", "tail", {"-n", "7", "prose.txt", "people.csv"}),
        core("nl", "nl", {"-ba", "prose.txt"}),
        core("fold", "fold", {"-sw", "20", "prose.txt"}),
        core("fmt", "fmt", {"-w", "50", "prose.txt"}),
        core("od", "od", {"-Ax", "-tx1z", "folder/deep/deeper/three.bin"}),
        core("base64", "base64", {"folder/deep/deeper/three.bin"}),
        core("md5sum", "md5sum", {"prose.txt", "people.csv"}),
        core("sha256sum", "sha256sum", {"prose.txt", "people.csv", "none"}, {}, 1),
        core("sha512sum", "sha512sum", {}, "input"),
        core("b2sum", "b2sum", {"numbers.txt"}),
        core("cksum", "cksum", {"prose.txt"}),
        core("seq", "seq", {"-w", "0", "0.25", "1000"}),
        core("factor", "factor", {"1000000007", "600851475143", "18446744073709551615"}),
        core("numfmt", "numfmt", {"--to=iec", "--field=1"}, "123456789\n1024\n"),
        core("date", "date", {"-u", "-d", "@1000000000", "+%F %T %A %j"}),
        core("date_relative", "date", {"-u", "-d", "2024-02-28 12:00 UTC + 2 days", "-R"}),
        core("expr", "expr", {"6", "*", "7"}),
        core("test", "test", {"-d", "prose.txt"}, {}, 1),
        core("env", "env", {}),
        core("printf", "printf", {"%s %05d %x %.3f\\n", "text", "42", "255", "3.14159"}),
        core("true", "true", {}),
        core("false", "false", {}, {}, 1),
        core("basename", "basename", {"/a/b/c.txt", ".txt"}),
        core("realpath", "realpath", {"folder/../folder/deep"}),
        core("pwd", "pwd", {"-P"}),
        core("uname", "uname", {"-srm"}),
        core("nproc", "nproc", {}),
        core("stat", "stat", {"-c", "%n %s %a %F %Y %h", "prose.txt", "folder"}),
        core("du", "du", {"-a", "--apparent-size", "folder"}),
        core("cp", "cp", {"-r", "folder", "copy"}),
        core("cp_archive", "cp", {"-a", "folder", "copy"}),  // not -v: the order of a folder is the host's
        core("mv", "mv", {"-v", "prose.txt", "numbers.txt", "folder"}),
        core("rm", "rm", {"-r", "folder"}),
        core("rm_nothing", "rm", {"none"}, {}, 1),
        core("mkdir", "mkdir", {"-pv", "a/b/c", "a/d"}),
        core("rmdir", "rmdir", {"folder"}, {}, 1),
        core("ln", "ln", {"-sv", "prose.txt", "link"}),
        core("ln_hard", "ln", {"-v", "prose.txt", "hard"}),
        core("touch", "touch", {"-d", "2001-02-03 04:05:06 UTC", "new.txt"}),
        core("chmod", "chmod", {"-Rv", "u=rwX,go=", "folder"}),
        core("truncate", "truncate", {"-s", "5000", "prose.txt", "new.txt"}),
        core("dd", "dd", {"if=people.csv", "of=part.csv", "bs=100", "skip=1", "count=7", "status=none"}),
        core("split", "split", {"-l", "100", "-d", "people.csv", "part."}),
        core("csplit", "csplit", {"-f", "part", "people.csv", "/^100,/", "/^150,/"}),
        core("tee", "tee", {"one.txt", "two.txt"}, "twice\n"),
        core("shred", "shred", {"-n", "0", "-z", "-u", "numbers.txt"}),
        core("tsort", "tsort", {}, "a b\nb c\na c\n"),
        core("pr", "pr", {"-t", "-3", "-l", "50", "numbers.txt"}),
    };
    RealProgram owners = core("ls_owners", "ls", {"-l", "--time-style=+", "folder"});
    owners.grants = reading({kWho, "/etc/group", "/etc/nsswitch.conf"});
    table.push_back(owners);
    RealProgram parallel = core("sort_parallel", "sort", {"-n", "--parallel=4", "-S", "1M", "numbers.txt"});
    table.push_back(parallel);
    return table;
}

}  // namespace husk::test
