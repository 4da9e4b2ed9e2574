#include "program/trace/modules.hpp"

#include "base/unique_fd.hpp"
#include "load/symbols.hpp"
#include "program/image/symbols.hpp"
#include "support/temp_folder.hpp"

#include <husk/image.hpp>

#include <elf.h>
#include <fcntl.h>
#include <gmock/gmock.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>

namespace husk::program {
namespace {

/// An ELF64 executable with a segment of code at 0x1000 of the file, 0x401000 of memory, and symbols in it.
std::vector<std::byte> executable()
{
    constexpr std::size_t kCode = 0x1000, kSymbols = 0x2000, kNames = 0x2100, kSections = 0x2200, kSize = 0x2400;
    std::vector<std::byte> file(kSize);
    const auto put = [&](std::size_t at, const auto& value) { std::memcpy(file.data() + at, &value, sizeof value); };
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_EXEC;
    header.e_machine = EM_X86_64;
    header.e_version = EV_CURRENT;
    header.e_entry = 0x401000;
    header.e_phoff = sizeof header;
    header.e_shoff = kSections;
    header.e_ehsize = sizeof header;
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = 1;
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shnum = 3;
    put(0, header);
    put(sizeof header, Elf64_Phdr{.p_type = PT_LOAD,
                                  .p_flags = PF_R | PF_X,
                                  .p_offset = kCode,
                                  .p_vaddr = 0x401000,
                                  .p_paddr = 0x401000,
                                  .p_filesz = 0x100,
                                  .p_memsz = 0x100,
                                  .p_align = 0x1000});
    std::memcpy(file.data() + kNames, "\0main\0helper\0", 13);
    const auto symbol = [](unsigned name, unsigned char type, std::uint16_t section, std::uint64_t value, std::uint64_t size) {
        return Elf64_Sym{.st_name = name,
                         .st_info = static_cast<unsigned char>(ELF64_ST_INFO(STB_GLOBAL, type)),
                         .st_other = 0,
                         .st_shndx = section,
                         .st_value = value,
                         .st_size = size};
    };
    put(kSymbols, symbol(1, STT_FUNC, 1, 0x401000, 0x20));
    put(kSymbols + sizeof(Elf64_Sym), symbol(6, STT_FUNC, 1, 0x401040, 0x10));
    put(kSymbols + 2 * sizeof(Elf64_Sym), symbol(6, STT_OBJECT, 1, 0x401080, 0x10));
    put(kSymbols + 3 * sizeof(Elf64_Sym), symbol(1, STT_FUNC, SHN_ABS, 0x401090, 0));
    Elf64_Shdr symbols{};
    symbols.sh_type = SHT_SYMTAB;
    symbols.sh_offset = kSymbols;
    symbols.sh_size = 4 * sizeof(Elf64_Sym);
    symbols.sh_link = 2;
    symbols.sh_entsize = sizeof(Elf64_Sym);
    put(kSections + sizeof(Elf64_Shdr), symbols);
    Elf64_Shdr names{};
    names.sh_type = SHT_STRTAB;
    names.sh_offset = kNames;
    names.sh_size = 13;
    put(kSections + 2 * sizeof(Elf64_Shdr), names);
    return file;
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
    modules_.add_mapped(0x7000'0000, 0x7000'1000, 0x1000, file.get(), "/lib/lib.so");
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
    for (std::uint64_t i = 0; i < 6000; ++i) modules_.add_mapped(i << 12, (i + 1) << 12, 0x1000, file.get(), "x");
    EXPECT_NE(modules_.at(0x1001), "");
    EXPECT_EQ(modules_.at(std::uint64_t{5999} << 12), "") << "more than that are not kept";
    modules_.add_mapped(~0ull - 0xFFF, ~0ull, ~0ull, file.get(), "y");
    modules_.add_mapped(0x5000, 0x4000, 0, file.get(), "z");
}

/// Nothing that a file says of itself is believed: whatever bytes it has, all reads stay within it.
TEST_F(ModulesTest, DamagedFilesAreReadToTheirEndAndNotBeyond)
{
    const auto whole = executable();
    std::mt19937 random{7};
    for (int round = 0; round < 20000; ++round) {
        auto file = whole;
        for (unsigned changes = random() % 8 + 1; changes > 0; --changes) {
            const std::size_t at = random() % 3 == 0 ? random() % sizeof(Elf64_Ehdr) : 0x2000 + random() % 0x300;
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
