// What real programs are linked with: the same as their own loader says.
#include "program/image/linked_files.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <regex>
#include <set>
#include <string>

namespace husk::program {
namespace {

/// All that a shell command writes.
std::string output_of(const std::string& command)
{
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe{::popen(command.c_str(), "r"), ::pclose};
    std::string output;
    std::array<char, 4096> piece{};
    while (const auto size = pipe ? std::fread(piece.data(), 1, piece.size(), pipe.get()) : 0) output.append(piece.data(), size);
    return output;
}

/// Paths that ldd shows: "	libc.so.6 => /lib/libc.so.6 (0x…)" or, the interpreter, "	/lib64/ld.so (0x…)".
std::set<std::string> shown_by_ldd(const std::string& program)
{
    const std::string shown = output_of("env -u LD_LIBRARY_PATH -u LD_PRELOAD ldd '" + program + "' 2>/dev/null");
    static const std::regex line{R"((?:^|\n)\t(?:\S+ => )?(/\S+) \(0x)"};
    std::set<std::string> paths;
    for (auto match = std::sregex_iterator{shown.begin(), shown.end(), line}; match != std::sregex_iterator{}; ++match)
        paths.insert((*match)[1].str());
    return paths;
}

class ProgramLinkedHost : public testing::TestWithParam<const char*> {};

TEST_P(ProgramLinkedHost, AsLddShowsIt)
{
    std::error_code none;
    // ldd takes $ORIGIN from the path it is given, loaders from the real one.
    const auto program = std::filesystem::canonical(GetParam(), none).string();
    if (none) GTEST_SKIP() << GetParam() << " is not installed";
    const auto shown = shown_by_ldd(program);
    if (shown.empty()) GTEST_SKIP() << "ldd shows nothing of " << program;
    std::set<std::string> found;
    const auto files = linked_files(program);
    for (const LinkedFile& file : files.files) {
        EXPECT_EQ(std::filesystem::canonical(file.path).string(), file.real);
        // What is only for other processors is not shown.
        if (!file.path.starts_with("/etc/") && file.path.find("/glibc-hwcaps/") == file.path.npos) found.insert(file.path);
    }
    EXPECT_EQ(found, shown);
    EXPECT_TRUE(files.unresolved.empty());
}

constexpr const char* kPrograms[] = {
    "/usr/bin/python3", "/usr/bin/perl",   "/usr/bin/node",  "/usr/lib/gcc/x86_64-linux-gnu/12/cc1",
    "/usr/bin/bash",    "/usr/bin/env",    "/usr/bin/git",   "/usr/bin/gdb",
    "/usr/bin/clang",   "/usr/bin/java",   "/usr/bin/rustc", "/usr/bin/rg",
    "/usr/bin/lua5.4",  "/usr/bin/sqlite3"};
INSTANTIATE_TEST_SUITE_P(Programs, ProgramLinkedHost, testing::ValuesIn(kPrograms), [](const auto& test) {
    std::string name;
    for (const char letter : std::filesystem::path{test.param}.filename().string())
        if (std::isalnum(static_cast<unsigned char>(letter)) != 0) name.push_back(letter);
    return name;
});

}  // namespace
}  // namespace husk::program
