#include "program/trace/modules.hpp"

#include "base/unique_fd.hpp"
#include "load/symbols.hpp"
#include "program/image/symbols.hpp"
#include "support/elf_builder.hpp"
#include "support/temp_folder.hpp"

#include <husk/image.hpp>

#include <elf.h>
#include <fcntl.h>
#include <gmock/gmock.h>

#include <random>
#include <string>
#include <vector>

namespace husk::program {
namespace {

/// Where the code is, in memory and in the file; what is behind it in the file are symbols, names and sections.
constexpr std::uint64_t kCode = 0x401000, kCodeInFile = 0x1000, kCodeSize = 0x100;

/// An executable with a segment of code, and symbols in it.
std::vector<std::byte> executable()
{
    test::Elf64Builder elf;
    elf.entry = kCode;
    elf.segments.push_back(
        {.vaddr = kCode, .bytes = test::pattern(kCodeSize), .memsz = kCodeSize, .flags = PF_R | PF_X, .align = 0x1000});
    elf.add_symbols({{"main", kCode, 0x20},
                     {"helper", kCode + 0x40, 0x10},
                     {"data", kCode + 0x80, 0x10, STT_OBJECT},
                     {"constant", kCode + 0x90, 0, STT_FUNC, SHN_ABS}});
    return elf.build();
}

class ModulesTest : public testing::Test {
protected:
    UniqueFd open(const std::vector<std::byte>& bytes) const
    {
        return UniqueFd{::open(folder_.write("file", bytes).c_str(), O_RDONLY | O_CLOEXEC)};
    }

    test::TempFolder folder_;
    Modules modules_;
};

TEST_F(ModulesTest, BothReadersFindTheSameSymbols)
{
    const auto file = executable();
    const MemorySource source{file};
    for (const auto& table : {husk::code_symbols(file), code_symbols(source)}) {
        EXPECT_EQ(table.at(0x401000), "main");
        EXPECT_EQ(table.at(0x40101F), "main+0x1f");
        EXPECT_EQ(table.at(0x401020), "");
        EXPECT_EQ(table.at(0x401044), "helper+0x4");
        EXPECT_EQ(table.at(0x401080), "") << "data";
        EXPECT_EQ(table.at(0x401090), "") << "a constant";
    }
}

TEST_F(ModulesTest, AProgramThatWasLoaded)
{
    const auto file = executable();
    const auto parsed = parse_executable(file);
    ASSERT_TRUE(parsed);
    modules_.add_loaded("/usr/bin/prog", MemorySource{file}, *parsed, 0x10'0000);
    EXPECT_EQ(modules_.at(0x50'1004), "main+0x4 (prog)");
    EXPECT_EQ(modules_.at(0x50'1030), "prog+0x401030") << "where no symbol is";
    EXPECT_EQ(modules_.at(0x50'0FFF), "");
    EXPECT_EQ(modules_.at(0x50'2000), "");
    EXPECT_EQ(modules_.at(0), "");
    EXPECT_EQ(modules_.at(~0ull), "");
}

TEST_F(ModulesTest, AFileThatWasMapped)
{
    const auto file = open(executable());
    modules_.add_mapped(0x7000'0000, 0x7000'1000, kCodeInFile, file.get(), "/lib/lib.so");
    EXPECT_EQ(modules_.at(0x7000'0041), "helper+0x1 (lib.so)");
    const auto version = modules_.version();
    modules_.remove(0x7000'0800, 0x7000'1000);
    EXPECT_NE(modules_.version(), version);
    EXPECT_EQ(modules_.at(0x7000'0041), "helper+0x1 (lib.so)");
    EXPECT_EQ(modules_.at(0x7000'0900), "");
    modules_.remove(0x6000'0000, 0x8000'0000);
    EXPECT_EQ(modules_.at(0x7000'0041), "");
    const auto after = modules_.version();
    modules_.remove(0x6000'0000, 0x8000'0000);
    EXPECT_EQ(modules_.version(), after) << "nothing was there";
}

TEST_F(ModulesTest, WhatIsNoExecutableHasNoSymbols)
{
    const auto text = open({std::byte{'x'}, std::byte{'y'}});
    modules_.add_mapped(0x1000, 0x2000, 0, text.get(), "/a/text");
    EXPECT_EQ(modules_.at(0x1004), "text+0x4");
    const auto empty = open({});
    modules_.add_mapped(0x1000, 0x2000, 0, empty.get(), "/a/empty");
    EXPECT_EQ(modules_.at(0x1004), "") << "what was there is not any more";
    const UniqueFd device{::open("/dev/zero", O_RDONLY | O_CLOEXEC)};
    modules_.add_mapped(0x3000, 0x4000, 0, device.get(), "/dev/zero");
    EXPECT_EQ(modules_.at(0x3000), "");
    modules_.add_mapped(0x3000, 0x4000, 0, -1, "closed");
    EXPECT_EQ(modules_.at(0x3000), "");
}

TEST_F(ModulesTest, OfAHostileProgramThereIsAnEnd)
{
    const auto file = open(executable());
    for (std::uint64_t i = 0; i < 6000; ++i) modules_.add_mapped(i << 12, (i + 1) << 12, kCodeInFile, file.get(), "x");
    EXPECT_NE(modules_.at(0x1001), "");
    EXPECT_EQ(modules_.at(std::uint64_t{5999} << 12), "") << "more than that are not kept";
    modules_.add_mapped(~0ull - 0xFFF, ~0ull, ~0ull, file.get(), "y");
    modules_.add_mapped(0x5000, 0x4000, 0, file.get(), "z");
}

/// Nothing that a file says of itself is believed: whatever bytes it has, all reads stay within it.
TEST_F(ModulesTest, DamagedFilesAreReadToTheirEndAndNotBeyond)
{
    constexpr std::size_t kBehind = kCodeInFile + kCodeSize;
    const auto whole = executable();
    std::mt19937 random{7};
    for (int round = 0; round < 20000; ++round) {
        auto file = whole;
        for (unsigned changes = random() % 8 + 1; changes > 0; --changes) {
            const std::size_t at = random() % 3 == 0 ? random() % sizeof(Elf64_Ehdr) : kBehind + random() % (file.size() - kBehind);
            file[at] = static_cast<std::byte>(random());
        }
        if (random() % 4 == 0) file.resize(random() % file.size());
        const auto table = husk::code_symbols(file);
        const auto other = code_symbols(MemorySource{file});
        EXPECT_LE(table.size(), file.size() / sizeof(Elf32_Sym));
        EXPECT_LE(other.size(), 65536u);
        (void)table.at(0x401004);
    }
}

}  // namespace
}  // namespace husk::program
