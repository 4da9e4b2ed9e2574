#include "support/layers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

// The order of Husk's layers, and what only some of them may do, as tests/support/layers.cpp has it in tables.
namespace husk::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> problems(std::string_view path, std::string_view text)
{
    std::vector<std::string> found;
    for (const Breach& breach : check_layers(path, text)) found.push_back(describe(breach));
    return found;
}

std::string contents(const std::filesystem::path& path)
{
    std::ostringstream text;
    text << std::ifstream{path}.rdbuf();
    return text.str();
}

TEST(Layers, HoldInEveryFile)
{
    const std::filesystem::path root{HUSK_SOURCE_DIR};
    std::size_t files = 0;
    for (const char* folder : {"src", "include", "guests"}) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator{root / folder}) {
            const auto extension = entry.path().extension();
            if (extension != ".cpp" && extension != ".hpp") continue;
            const std::string path = entry.path().lexically_relative(root).generic_string();
            for (const Breach& breach : check_layers(path, contents(entry.path()))) ADD_FAILURE() << describe(breach);
            ++files;
        }
    }
    EXPECT_GT(files, 10u) << "is " << root << " the project?";
}

TEST(Layers, LowerOnesAndOnesOwnMayBeIncluded)
{
    EXPECT_THAT(
        problems("src/machine/run.cpp",
                 "#include \"machine/run.hpp\"\n#include \"engine/vm.hpp\"\n#include <husk/machine.hpp>\n#include <vector>\n"),
        IsEmpty());
    EXPECT_THAT(problems("include/husk/stop.hpp", "#pragma once\n#include <husk/x86.hpp>\n"), IsEmpty());
    EXPECT_THAT(problems("src/engine/kvm/vcpu.cpp", "#include \"engine/exit.hpp\"\n#include <linux/kvm.h>\n"), IsEmpty());
}

TEST(Layers, HigherOnesMayNot)
{
    EXPECT_THAT(problems("src/base/bytes.cpp", "#include \"base/bytes.hpp\"\n\n#include \"machine/run.hpp\"\n"),
                ElementsAre("src/base/bytes.cpp:3: base includes machine, a higher layer"));
    EXPECT_THAT(problems("include/husk/x86.hpp", "#pragma once\n#include <husk/machine.hpp>\n"),
                ElementsAre("include/husk/x86.hpp:2: x86 includes machine, a higher layer"));
    EXPECT_THAT(problems("src/engine/vm.cpp", "#include \"engine/kvm/vcpu.hpp\"\n"), ElementsAre(HasSubstr("a higher layer")));
}

TEST(Layers, OfOneRankDoNotKnowEachOther)
{
    EXPECT_THAT(problems("src/engine/kvm/vm.cpp", "#include \"engine/soft/vm.hpp\"\n"),
                ElementsAre(HasSubstr("engine/kvm includes engine/soft, a layer of the same rank")));
    EXPECT_THAT(problems("src/memory/map.cpp", "#include <husk/x86.hpp>\n"), ElementsAre(HasSubstr("same rank")));
}

TEST(Layers, EnginesDoNotKnowEachOthersParts)
{
    EXPECT_THAT(problems("src/engine/kvm/vm.cpp", "#include \"engine/soft/cpu/linear.hpp\"\n"),
                ElementsAre(HasSubstr("the engines do not know each other")));
}

TEST(Layers, DevicesNeverSeeTheEngine)
{
    EXPECT_THAT(problems("src/device/serial.cpp", "#include \"engine/soft/decode/length.hpp\"\n"),
                ElementsAre(HasSubstr("never an exit")));
    EXPECT_THAT(problems("src/device/serial.cpp", "#include \"engine/exit.hpp\"\n"), ElementsAre(HasSubstr("never an exit")));
}

TEST(Layers, EveryFileIsInOne)
{
    EXPECT_THAT(problems("src/misc/stuff.cpp", "#include <vector>\n"), ElementsAre(HasSubstr("no layer")));
    EXPECT_THAT(problems("src/base/a.cpp", "#include \"stuff.hpp\"\n"), ElementsAre(HasSubstr("no layer")));
    EXPECT_THAT(problems("include/husk/news.hpp", "#pragma once\n"), ElementsAre(HasSubstr("no layer")));
}

TEST(Layers, SomeThingsAreReserved)
{
    const auto in_machine = [](std::string_view line) {
        return problems("src/machine/run.cpp", "#include \"machine/run.hpp\"\n" + std::string{line} + "\n");
    };
    for (const std::string_view line :
         {"#include <linux/kvm.h>", "#include <unicorn/unicorn.h>", "#include <CLI/CLI.hpp>", "#include <iostream>",
          "std::printf(\"%d\", 1);", "fmt::print(\"hello\");", "std::cerr << 1;", "std::exit(1);", "::_exit(1);", "std::abort();",
          "auto* p = reinterpret_cast<char*>(q);", "::ioctl(fd, KVM_RUN, 0);", "::mmap(nullptr, 1, 0, 0, 0, 0);"})
        EXPECT_EQ(in_machine(line).size(), 1u) << line;
    for (const std::string_view line :
         {"std::snprintf(buffer, 1, \"x\");", "machine.exit(1);", "remap(1);", "fmt::format(\"x\");", "// mmap( and std::abort()",
          "throw Error{\"mmap()\", errno};", "/* reinterpret_cast */ int x = 1'000;", "auto s = R\"(std::cout)\";"})
        EXPECT_THAT(in_machine(line), IsEmpty()) << line;
    EXPECT_THAT(problems("src/cli/main.cpp", "#include <CLI/CLI.hpp>\nfmt::print(\"x\"); std::exit(1);\n"), IsEmpty());
    EXPECT_THAT(problems("src/base/mapping.cpp", "#include \"base/mapping.hpp\"\n::mmap(0);\n"), IsEmpty());
}

TEST(Layers, FilesStartAsTheyShouldAndStayShort)
{
    EXPECT_THAT(problems("src/base/a.hpp", "#include <vector>\n"), ElementsAre(HasSubstr("#pragma once")));
    EXPECT_THAT(problems("src/base/a.hpp", "// Why.\n\n#pragma once\n"), IsEmpty());
    EXPECT_THAT(problems("src/base/a.cpp", "int x;\n"), ElementsAre(HasSubstr("#include")));
    std::string text = "#include <vector>\n";
    for (int i = 0; i < 400; ++i) text += "int x;\n";
    EXPECT_THAT(problems("src/base/a.cpp", text), ElementsAre(HasSubstr("401 lines")));
}

TEST(Layers, AreReadWithoutCommentsAndLiterals)
{
    EXPECT_EQ(blank("a // b\nc /* d\n */ e", false), "a     \nc     \n    e");
    EXPECT_EQ(blank(R"(f("a\"b", 'c', "//"); // x)", true), R"(f("    ", ' ', "  ");     )");
    EXPECT_EQ(blank("0x1'000 + 'a'", true), "0x1'000 + ' '");
}

}  // namespace
}  // namespace husk::test
