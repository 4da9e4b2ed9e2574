#pragma once

#include "support/bytes.hpp"

#include <elf.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
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

/// Makes small ELF files by <elf.h>'s structures, which the parser under test does not read with. The program headers follow the
/// ELF header, the segments' bytes follow them.
template <typename Ehdr, typename Phdr, unsigned char Class, std::uint16_t Machine>
class ElfBuilder {
public:
    using Header = Ehdr;
    using ProgramHeader = Phdr;

    std::uint64_t entry = 0;
    std::uint16_t type = ET_EXEC;
    std::vector<ElfSegment> segments;

    std::vector<std::byte> build() const
    {
        std::vector<std::byte> file(sizeof(Ehdr) + segments.size() * sizeof(Phdr));
        for (std::size_t i = 0; i < segments.size(); ++i) {
            const ElfSegment& one = segments[i];
            if (one.align > 1 && !one.part) file.resize(file.size() + (one.vaddr - file.size()) % one.align);
            put(file, header_of(i), program_header(one, one.part.value_or(ElfSegment::Part{file.size(), one.bytes.size()})));
            file.insert(file.end(), one.bytes.begin(), one.bytes.end());
        }
        put(file, 0, header());
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

using Elf32Builder = ElfBuilder<Elf32_Ehdr, Elf32_Phdr, ELFCLASS32, EM_386>;
using Elf64Builder = ElfBuilder<Elf64_Ehdr, Elf64_Phdr, ELFCLASS64, EM_X86_64>;

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
