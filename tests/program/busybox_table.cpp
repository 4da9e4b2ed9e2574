#include "program/real_programs.hpp"

namespace husk::test {
namespace {

/// An applet of the static BusyBox.
RealProgram applet(const std::string& name, std::vector<std::string> arguments, std::string input = {}, int status = 0)
{
    arguments.insert(arguments.begin(), name);
    return {"busybox_" + name, "busybox-static", "/usr/bin/busybox", std::move(arguments), {}, std::move(input), status, {}};
}

}  // namespace

std::vector<RealProgram> busybox_programs()
{
    std::vector<RealProgram> table{
        applet("ls", {"-lRn", "folder"}),
        applet("cat", {"prose.txt", "-"}, "input\n"),
        applet("sort", {"-t,", "-k4n", "people.csv"}),
        applet("uniq", {"-c"}, "a\na\nb\n"),
        applet("grep", {"-nE", "(stack|pipe)s?", "prose.txt"}),
        applet("sed", {"-n", "s/the \\([a-z]*\\)/<\\1>/gp", "prose.txt"}),
        applet("awk", {"-f", "script.awk", "people.csv"}, {}, 4),
        applet("sh", {"script.posix"}, "a\nb\n", 6),
        applet("tar", {"-cf", "archive.tar", "folder"}),
        applet("gzip", {"-k", "prose.txt"}),
        applet("bzip2", {"-k", "prose.txt"}),
        applet("find", {"folder", "-type", "f", "-size", "+1"}),
        applet("wc", {"prose.txt", "people.csv"}),
        applet("head", {"-n", "5", "people.csv"}),
        applet("tail", {"-c", "60", "people.csv"}),
        applet("od", {"-c", "people.csv"}),
        applet("hexdump", {"-C", "folder/deep/deeper/three.bin"}),
        applet("md5sum", {"prose.txt"}),
        applet("sha256sum", {"prose.txt", "none"}, {}, 1),
        applet("sha3sum", {"prose.txt"}),
        applet("cut", {"-d,", "-f2", "people.csv"}),
        applet("tr", {"-d", "aeiou"}, "a sentence of words\n"),
        applet("seq", {"1", "3", "100"}),
        applet("expr", {"7", "%", "4"}),
        applet("dd", {"if=people.csv", "of=part", "bs=50", "count=3"}),
        applet("cp", {"-r", "folder", "copy"}),
        applet("mv", {"prose.txt", "folder"}),
        applet("rm", {"-r", "folder"}),
        applet("mkdir", {"-p", "a/b/c"}),
        applet("ln", {"-s", "prose.txt", "link"}),
        applet("stat", {"-c", "%n %s %a %Y", "prose.txt"}),
        applet("du", {"-s", "folder"}),
        applet("touch", {"-d", "2001-02-03 04:05:06", "new.txt"}),
        applet("date", {"-u", "-d", "@1000000000"}),
        applet("diff", {"prose.txt", "people.csv"}, {}, 1),
        applet("cmp", {"prose.txt", "people.csv"}, {}, 1),
        applet("dc", {"-e", "20 k 2 v p 3 100 ^ p"}),
        applet("bc", {}, "scale=30\nsqrt(2)\n2^200\n"),
        applet("cal", {"2", "2024"}),
        applet("factor", {"600851475143"}),
        applet("base64", {"prose.txt"}),
        applet("sleep", {"0.01"}),
        applet("uname", {"-srm"}),
        applet("cpio", {"-o", "-H", "newc"}, "folder/one.txt\n"),
        applet("none", {}, {}, 127),
    };
    return table;
}

}  // namespace husk::test
