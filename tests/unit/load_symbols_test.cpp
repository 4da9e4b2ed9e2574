// Symbols of ELF files, good and bad.
#include "support/bytes.hpp"

#include <husk/image.hpp>

#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace husk::test {
namespace {

using testing::HasSubstr;

/// An ELF header, a table of names, a table of symbols, and section headers: none, .strtab, .symtab.
struct SymbolFile {
    static constexpr std::size_t kNamesAt = sizeof(Elf64_Ehdr);

    SymbolFile()
    {
        header.e_ident[EI_CLASS] = ELFCLASS64;
        header.e_ident[EI_DATA] = ELFDATA2LSB;
        header.e_ident[EI_VERSION] = EV_CURRENT;
        std::memcpy(header.e_ident, ELFMAG, SELFMAG);
        header.e_shentsize = sizeof(Elf64_Shdr);
        header.e_shnum = 3;
    }

    void add(std::string_view name, std::uint64_t value, unsigned char info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
             std::uint16_t section = 1)
    {
        Elf64_Sym symbol{};
        symbol.st_name = static_cast<Elf64_Word>(names.size());
        symbol.st_info = info;
        symbol.st_shndx = section;
        symbol.st_value = value;
        names += std::string{name} + '\0';
        symbols.push_back(symbol);
    }

    std::vector<std::byte> build(std::uint32_t type = SHT_SYMTAB) const
    {
        const std::size_t symbols_at = kNamesAt + names.size();
        const std::size_t sections_at = symbols_at + symbols.size() * sizeof(Elf64_Sym);
        std::vector<std::byte> file(sections_at + 3 * sizeof(Elf64_Shdr));
        std::memcpy(file.data() + kNamesAt, names.data(), names.size());
        for (std::size_t i = 0; i < symbols.size(); ++i) put(file, symbols_at + i * sizeof(Elf64_Sym), symbols[i]);
        Elf64_Shdr strings{};
        strings.sh_type = SHT_STRTAB;
        strings.sh_offset = kNamesAt;
        strings.sh_size = names.size();
        put(file, sections_at + sizeof(Elf64_Shdr), strings);
        Elf64_Shdr table{};
        table.sh_type = type;
        table.sh_offset = symbols_at;
        table.sh_size = symbols.size() * sizeof(Elf64_Sym);
        table.sh_link = 1;
        table.sh_entsize = sizeof(Elf64_Sym);
        put(file, sections_at + 2 * sizeof(Elf64_Shdr), table);
        Elf64_Ehdr whole = header;
        whole.e_shoff = sections_at;
        put(file, 0, whole);
        return file;
    }

    Elf64_Ehdr header{};
    std::string names = std::string(1, '\0');
    std::vector<Elf64_Sym> symbols{1};
};

/// The file of one symbol, with the section header of its table changed.
std::vector<std::byte> with_table(void (*change)(Elf64_Shdr&))
{
    SymbolFile file;
    file.add("main", 0x1000);
    auto bytes = file.build();
    const auto at = bytes.size() - sizeof(Elf64_Shdr);
    auto table = get<Elf64_Shdr>(bytes, at);
    change(table);
    put(bytes, at, table);
    return bytes;
}

std::string error_of(std::span<const std::byte> file, std::string_view name = "main")
{
    const auto found = find_symbol(file, name);
    return found ? "" : describe(found.error());
}

TEST(Symbols, AreFoundByTheirWholeName)
{
    SymbolFile file;
    file.add("mainly", 0x1000);
    file.add("main", 0x2000);
    file.add("domain", 0x3000);
    for (const std::uint32_t type : {SHT_SYMTAB, SHT_DYNSYM}) {
        const auto bytes = file.build(type);
        EXPECT_EQ(find_symbol(bytes, "main"), GuestVirt{0x2000});
        EXPECT_EQ(find_symbol(bytes, "mainly"), GuestVirt{0x1000});
        EXPECT_THAT(error_of(bytes, "mai"), HasSubstr("symbol 'mai': is not in the file"));
        EXPECT_THAT(error_of(bytes, ""), HasSubstr("has no name"));
    }
}

TEST(Symbols, GlobalOnesComeFirst)
{
    SymbolFile file;
    file.add("work", 0x1000, ELF64_ST_INFO(STB_LOCAL, STT_FUNC));
    file.add("work", 0x2000, ELF64_ST_INFO(STB_WEAK, STT_NOTYPE));
    file.add("here", 0x3000, ELF64_ST_INFO(STB_LOCAL, STT_OBJECT));
    EXPECT_EQ(find_symbol(file.build(), "work"), GuestVirt{0x2000});
    EXPECT_EQ(find_symbol(file.build(), "here"), GuestVirt{0x3000});
}

TEST(Symbols, ThatAreNoPlacesAreNone)
{
    SymbolFile file;
    file.add("elsewhere", 0x1000, ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), SHN_UNDEF);
    file.add("a.c", 0, ELF64_ST_INFO(STB_LOCAL, STT_FILE), SHN_ABS);
    file.add("mine", 8, ELF64_ST_INFO(STB_GLOBAL, STT_TLS));
    for (const auto* const name : {"elsewhere", "a.c", "mine"}) EXPECT_FALSE(find_symbol(file.build(), name)) << name;
}

TEST(Symbols, AFileWithoutSaysSo)
{
    EXPECT_THAT(error_of(bytes(0xF4)), HasSubstr("only an ELF file has symbols"));
    SymbolFile stripped;
    stripped.header.e_shnum = 0;
    EXPECT_THAT(error_of(stripped.build()), HasSubstr("stripped"));
    EXPECT_THAT(error_of(SymbolFile{}.build(SHT_PROGBITS)), HasSubstr("stripped"));
}

TEST(Symbols, WhatIsDamagedIsNamed)
{
    SymbolFile file;
    file.header.e_shentsize = 8;
    EXPECT_THAT(error_of(file.build()), HasSubstr("e_shentsize"));
    file = {};
    file.header.e_shnum = 0xFFFF;
    EXPECT_THAT(error_of(file.build()), HasSubstr("e_shoff"));
    EXPECT_THAT(error_of(with_table([](auto& table) { table.sh_offset = ~0ull; })), HasSubstr("sh_offset of section 2"));
    EXPECT_THAT(error_of(with_table([](auto& table) { table.sh_size = ~0ull - 100; })), HasSubstr("sh_offset of section 2"));
    EXPECT_THAT(error_of(with_table([](auto& table) { table.sh_link = 3; })), HasSubstr("sh_link of section 2"));
    EXPECT_THAT(error_of(with_table([](auto& table) { table.sh_entsize = 0; })), HasSubstr("sh_entsize of section 2"));
}

TEST(Symbols, NamesBeyondTheirTableAreNone)
{
    SymbolFile file;
    file.add("main", 0x1000);
    file.symbols.back().st_name = 0xFFFF'FFFF;
    EXPECT_FALSE(find_symbol(file.build(), "main"));
    file.symbols.back().st_name = 1;
    file.names.pop_back();  // the last name does not end
    EXPECT_FALSE(find_symbol(file.build(), "main"));
}

TEST(Symbols, AreNowhereToBeFoundInAFileCutShort)
{
    SymbolFile file;
    file.add("main", 0x1000);
    const auto whole = file.build();
    for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(find_symbol(std::span{whole}.first(size), "main")) << size;
}

TEST(Symbols, LieWhereTheirSegmentIsLoaded)
{
    const Image image{.segments = {{.at = GuestPhys{0x10'0000}, .seen_at = GuestVirt{0xFFFF'8000'0010'0000}, .size = 0x1000}}};
    EXPECT_EQ(loaded_at(image, GuestVirt{0xFFFF'8000'0010'0010}), GuestPhys{0x10'0010});
    EXPECT_EQ(loaded_at(image, GuestVirt{0xFFFF'8000'0010'1000}), std::nullopt);
    EXPECT_EQ(loaded_at(image, GuestVirt{0x10'0010}), std::nullopt);
}

}  // namespace
}  // namespace husk::test
