#pragma once

#include "support/bytes.hpp"

#include <elf.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace husk::test {

/// One program header, and the bytes of the file it stands for: its own, put where p_offset is congruent to the address by `align`,
/// or a `part` of what others have.
struct ElfSegment {
    struct Part {
        std::uint64_t offset;  ///< in the file
        std::uint64_t size;
    };

    std::uint32_t type = PT_LOAD;
    std::uint64_t paddr = 0;
    std::uint64_t vaddr = 0;
    std::vector<std::byte> bytes{};
    std::uint64_t memsz = 0;
    std::uint32_t flags = PF_R | PF_W | PF_X;
    std::uint64_t align = 0;
    std::optional<Part> part{};
};

/// One section header, and its bytes.
struct ElfSection {
    std::uint32_t type = SHT_PROGBITS;
    std::vector<std::byte> bytes{};
    std::uint32_t link = 0;        ///< index of a section: the first of ElfBuilder::sections has 1
    std::uint64_t entry_size = 0;  ///< bytes
};

/// One line of a symbol table.
struct ElfSymbol {
    std::string_view name{};
    std::uint64_t value = 0;
    std::uint64_t size = 0;
    unsigned char type = STT_FUNC;
    std::uint16_t section = 1;
    unsigned char bind = STB_GLOBAL;
};

/// Makes small ELF files by <elf.h>'s structures, which the parser under test does not read with. The program headers follow the
/// ELF header, then come the segments' bytes, the sections' bytes and, if there are sections, their headers, of which the first is
/// that of no section.
template <typename Ehdr, typename Phdr, typename Shdr, typename Sym, unsigned char Class, std::uint16_t Machine>
class ElfBuilder {
public:
    using Header = Ehdr;
    using ProgramHeader = Phdr;
    using SectionHeader = Shdr;

    std::uint64_t entry = 0;
    std::uint16_t type = ET_EXEC;
    std::vector<ElfSegment> segments;
    std::vector<ElfSection> sections;

    /// A symbol table, and behind it the section with its names.
    void add_symbols(const std::vector<ElfSymbol>& symbols, std::uint32_t table_type = SHT_SYMTAB)
    {
        ElfSection table{.type = table_type, .entry_size = sizeof(Sym)};
        ElfSection names{.type = SHT_STRTAB, .bytes = {std::byte{0}}};
        table.link = static_cast<std::uint32_t>(sections.size() + 2);
        for (const ElfSymbol& symbol : symbols) {
            Sym one{};
            one.st_name = static_cast<decltype(one.st_name)>(names.bytes.size());
            one.st_info = static_cast<unsigned char>(ELF64_ST_INFO(symbol.bind, symbol.type));  // the same in both classes
            one.st_shndx = symbol.section;
            one.st_value = static_cast<decltype(one.st_value)>(symbol.value);
            one.st_size = static_cast<decltype(one.st_size)>(symbol.size);
            table.bytes.resize(table.bytes.size() + sizeof one);
            put(table.bytes, table.bytes.size() - sizeof one, one);
            for (const char letter : symbol.name) names.bytes.push_back(static_cast<std::byte>(letter));
            names.bytes.push_back(std::byte{0});
        }
        sections.push_back(std::move(table));
        sections.push_back(std::move(names));
    }

    std::vector<std::byte> build() const
    {
        std::vector<std::byte> file(sizeof(Ehdr) + segments.size() * sizeof(Phdr));
        for (std::size_t i = 0; i < segments.size(); ++i) {
            const ElfSegment& one = segments[i];
            if (one.align > 1 && !one.part) file.resize(file.size() + (one.vaddr - file.size()) % one.align);
            put(file, header_of(i), program_header(one, one.part.value_or(ElfSegment::Part{file.size(), one.bytes.size()})));
            file.insert(file.end(), one.bytes.begin(), one.bytes.end());
        }
        Ehdr whole = header();
        if (!sections.empty()) {
            const std::vector<Shdr> headers = append_sections(file);
            whole.e_shoff = static_cast<decltype(whole.e_shoff)>(file.size());
            whole.e_shentsize = sizeof(Shdr);
            whole.e_shnum = static_cast<std::uint16_t>(headers.size());
            for (const Shdr& one : headers) {
                file.resize(file.size() + sizeof one);
                put(file, file.size() - sizeof one, one);
            }
        }
        put(file, 0, whole);
        return file;
    }

    /// Offset in the file of the program header of segment `index`.
    static constexpr std::size_t header_of(std::size_t index) { return sizeof(Ehdr) + index * sizeof(Phdr); }

private:
    Ehdr header() const
    {
        Ehdr header{};
        std::memcpy(header.e_ident, ELFMAG, SELFMAG);
        header.e_ident[EI_CLASS] = Class;
        header.e_ident[EI_DATA] = ELFDATA2LSB;
        header.e_ident[EI_VERSION] = EV_CURRENT;
        header.e_type = type;
        header.e_machine = Machine;
        header.e_version = EV_CURRENT;
        header.e_entry = static_cast<decltype(header.e_entry)>(entry);
        header.e_phoff = sizeof(Ehdr);
        header.e_ehsize = sizeof(Ehdr);
        header.e_phentsize = sizeof(Phdr);
        header.e_phnum = static_cast<std::uint16_t>(segments.size());
        return header;
    }

    /// Puts their bytes at the end of the file; gives their headers.
    std::vector<Shdr> append_sections(std::vector<std::byte>& file) const
    {
        std::vector<Shdr> headers(1);
        for (const ElfSection& one : sections) {
            Shdr header{};
            header.sh_type = one.type;
            header.sh_offset = static_cast<decltype(header.sh_offset)>(file.size());
            header.sh_size = static_cast<decltype(header.sh_size)>(one.bytes.size());
            header.sh_link = one.link;
            header.sh_entsize = static_cast<decltype(header.sh_entsize)>(one.entry_size);
            headers.push_back(header);
            file.insert(file.end(), one.bytes.begin(), one.bytes.end());
        }
        return headers;
    }

    static Phdr program_header(const ElfSegment& segment, const ElfSegment::Part& part)
    {
        using Word = decltype(Phdr::p_paddr);
        Phdr header{};
        header.p_type = segment.type;
        header.p_flags = segment.flags;
        header.p_offset = static_cast<Word>(part.offset);
        header.p_paddr = static_cast<Word>(segment.paddr);
        header.p_vaddr = static_cast<Word>(segment.vaddr);
        header.p_filesz = static_cast<Word>(part.size);
        header.p_memsz = static_cast<Word>(segment.memsz);
        header.p_align = static_cast<Word>(segment.align);
        return header;
    }
};

using Elf32Builder = ElfBuilder<Elf32_Ehdr, Elf32_Phdr, Elf32_Shdr, Elf32_Sym, ELFCLASS32, EM_386>;
using Elf64Builder = ElfBuilder<Elf64_Ehdr, Elf64_Phdr, Elf64_Shdr, Elf64_Sym, ELFCLASS64, EM_X86_64>;

/// Code at 1 MiB with some bss behind it and data at 2 MiB, linked to where they are loaded; entered 4 bytes into the code.
template <typename Builder>
Builder two_segments()
{
    Builder elf;
    elf.entry = 0x100004;
    elf.segments.push_back({.paddr = 0x100000, .vaddr = 0x100000, .bytes = pattern(0x20), .memsz = 0x1000});
    elf.segments.push_back({.paddr = 0x200000, .vaddr = 0x200000, .bytes = pattern(0x10), .memsz = 0x10});
    return elf;
}

}  // namespace husk::test
