#include "program/real_programs.hpp"

namespace husk::test {
namespace {

constexpr const char* kThreads = "threads: the software engine runs one";

RealProgram python(const std::string& test, std::vector<std::string> arguments, std::string input = {}, int status = 0)
{
    const std::vector<std::string> library{"/usr/lib/python3.11", "/usr/lib/python3", "/usr/lib/x86_64-linux-gnu"};
    return {"python_" + test,
            "python3.11-minimal",
            "/usr/bin/python3.11",
            std::move(arguments),
            reading(library),
            std::move(input),
            status,
            {}};
}

std::vector<RealProgram> pythons()
{
    RealProgram threads = python("threads", {"threads.py"});
    threads.soft_lacks = kThreads;
    return {
        python("one_line", {"-c", "print(sum(range(10**6)))"}),
        python("isolated", {"-I", "-S", "-c", "import sys; print(sys.version_info[:2], sys.flags.isolated, sys.argv)", "word"}),
        python("modules", {"modules.py"}),
        python("files", {"files.py"}),
        python("signals", {"signals.py"}, "to be read\n", 1),
        python("status", {"-c", "import sys; sys.exit('a message')"}, {}, 1),
        python("input", {"-"}, "for i in range(3): print(i, input.__name__)\nraise SystemExit(7)\n", 7),
        threads,
    };
}

RealProgram perl(const std::string& test, std::vector<std::string> arguments, std::string input = {}, int status = 0)
{
    const std::vector<std::string> library{"/usr/share/perl", "/usr/lib/x86_64-linux-gnu", "/usr/share/perl5"};
    return {"perl_" + test, "perl-base", "/usr/bin/perl", std::move(arguments), reading(library), std::move(input), status, {}};
}

}  // namespace

std::vector<RealProgram> language_programs()
{
    std::vector<RealProgram> table = pythons();
    const std::vector<RealProgram> others{
        perl("one_line", {"-e", "print join(',', map { $_ * 2 } 1 .. 10), \"\\n\""}),
        perl("script", {"script.pl"}, {}, 3),
        perl("filter", {"-pe", "tr/a-z/A-Z/; s/(\\d+)/<$1>/g"}, "some 12 words 34\n"),
        {"lua", "lua5.4", "/usr/bin/lua5.4", {"script.lua"}, {}, "all of the input", 5, {}},
        {"lua_error", "lua5.4", "/usr/bin/lua5.4", {"-e", "local t = nil; print(t.x)"}, {}, {}, 1, {}},
        {"dash", "dash", "/usr/bin/dash", {"script.posix"}, {}, "a\nb\n", 6, {}},
        {"bash", "bash", "/usr/bin/bash", {"--norc", "script.bash"}, {}, "a\nb\n", 9, {}},
        {"bash_sh", "bash", "/usr/bin/bash", {"--posix", "script.posix"}, {}, "a\nb\n", 6, {}},
        {"node", "nodejs", "/usr/bin/node", {"script.js"}, reading({"/usr/share/nodejs", "/etc/ssl"}), {}, 8, kThreads},
        {"node_error",
         "nodejs",
         "/usr/bin/node",
         {"-e", "setTimeout(() => process.exit(3), 1)"},
         reading({"/usr/share/nodejs", "/etc/ssl"}),
         {},
         3,
         kThreads},
    };
    table.insert(table.end(), others.begin(), others.end());
    return table;
}

std::vector<RealProgram> compiled_programs()
{
    return {
        {"go", "golang-go", built("concurrent-go"), {}, {}, {}, 12, kThreads},
        {"go_panic", "golang-go", built("concurrent-go"), {"word"}, {}, {}, 2, kThreads},
        {"rust", "rustc", built("concurrent-rust"), {}, {}, {}, 101, kThreads},
        {"cpp", "g++-12", built("exceptions-cpp"), {}, {}, "x\ny\nx\n", 134, kThreads},
        {"cpp_static", "g++-12", built("exceptions-cpp-static"), {}, {}, "x\ny\nx\n", 134, kThreads},
        {"c_of_ld", "binutils", built("program"), {}, {}, {}, 0, {}},
    };
}

}  // namespace husk::test
