#pragma once

#include "load/little_endian.hpp"

#include <husk/image.hpp>

#include <elf.h>

#include <cstddef>
#include <cstdint>

namespace husk::elf {

/// Where the two ELF classes keep what a loader needs. The names are the ABI's; the order of the program header's fields differs
/// between the classes, not only their width.
struct Layout {
    Image::Format format;
    x86::Mode mode;
    std::uint16_t machine;            ///< the e_machine that goes with the class
    unsigned address_bits;            ///< width of an address in the file
    std::size_t header_size;          ///< of the ELF header, in bytes
    std::size_t program_header_size;  ///< of one program header

    Field e_type, e_machine, e_version, e_entry, e_phoff, e_phentsize, e_phnum, e_shoff, e_shentsize, e_shnum;
    Field p_type, p_flags, p_offset, p_vaddr, p_paddr, p_filesz, p_memsz, p_align;
    std::size_t section_header_size;  ///< of one section header, in bytes
    std::size_t symbol_size;          ///< of one symbol
    Field sh_type, sh_offset, sh_size, sh_link, sh_entsize;
    Field st_name, st_info, st_shndx, st_value, st_size;
};

/// A layout's row for `member` of one of <elf.h>'s structures.
#define HUSK_ELF_FIELD(structure, member) .member = {#member, offsetof(structure, member), sizeof(structure::member)}

// clang-format off
inline constexpr Layout kElf32{
    .format = Image::Format::Elf32, .mode = x86::Mode::Protected, .machine = EM_386, .address_bits = 32,
    .header_size = sizeof(Elf32_Ehdr), .program_header_size = sizeof(Elf32_Phdr),
    HUSK_ELF_FIELD(Elf32_Ehdr, e_type),   HUSK_ELF_FIELD(Elf32_Ehdr, e_machine), HUSK_ELF_FIELD(Elf32_Ehdr, e_version),
    HUSK_ELF_FIELD(Elf32_Ehdr, e_entry),  HUSK_ELF_FIELD(Elf32_Ehdr, e_phoff),   HUSK_ELF_FIELD(Elf32_Ehdr, e_phentsize),
    HUSK_ELF_FIELD(Elf32_Ehdr, e_phnum),  HUSK_ELF_FIELD(Elf32_Ehdr, e_shoff),   HUSK_ELF_FIELD(Elf32_Ehdr, e_shentsize),
    HUSK_ELF_FIELD(Elf32_Ehdr, e_shnum),
    HUSK_ELF_FIELD(Elf32_Phdr, p_type),   HUSK_ELF_FIELD(Elf32_Phdr, p_flags),   HUSK_ELF_FIELD(Elf32_Phdr, p_offset),
    HUSK_ELF_FIELD(Elf32_Phdr, p_vaddr),  HUSK_ELF_FIELD(Elf32_Phdr, p_paddr),   HUSK_ELF_FIELD(Elf32_Phdr, p_filesz),
    HUSK_ELF_FIELD(Elf32_Phdr, p_memsz),  HUSK_ELF_FIELD(Elf32_Phdr, p_align),
    .section_header_size = sizeof(Elf32_Shdr), .symbol_size = sizeof(Elf32_Sym),
    HUSK_ELF_FIELD(Elf32_Shdr, sh_type),  HUSK_ELF_FIELD(Elf32_Shdr, sh_offset), HUSK_ELF_FIELD(Elf32_Shdr, sh_size),
    HUSK_ELF_FIELD(Elf32_Shdr, sh_link),  HUSK_ELF_FIELD(Elf32_Shdr, sh_entsize),
    HUSK_ELF_FIELD(Elf32_Sym, st_name),   HUSK_ELF_FIELD(Elf32_Sym, st_info),    HUSK_ELF_FIELD(Elf32_Sym, st_shndx),
    HUSK_ELF_FIELD(Elf32_Sym, st_value),   HUSK_ELF_FIELD(Elf32_Sym, st_size),
};
inline constexpr Layout kElf64{
    .format = Image::Format::Elf64, .mode = x86::Mode::Long, .machine = EM_X86_64, .address_bits = 64,
    .header_size = sizeof(Elf64_Ehdr), .program_header_size = sizeof(Elf64_Phdr),
    HUSK_ELF_FIELD(Elf64_Ehdr, e_type),   HUSK_ELF_FIELD(Elf64_Ehdr, e_machine), HUSK_ELF_FIELD(Elf64_Ehdr, e_version),
    HUSK_ELF_FIELD(Elf64_Ehdr, e_entry),  HUSK_ELF_FIELD(Elf64_Ehdr, e_phoff),   HUSK_ELF_FIELD(Elf64_Ehdr, e_phentsize),
    HUSK_ELF_FIELD(Elf64_Ehdr, e_phnum),  HUSK_ELF_FIELD(Elf64_Ehdr, e_shoff),   HUSK_ELF_FIELD(Elf64_Ehdr, e_shentsize),
    HUSK_ELF_FIELD(Elf64_Ehdr, e_shnum),
    HUSK_ELF_FIELD(Elf64_Phdr, p_type),   HUSK_ELF_FIELD(Elf64_Phdr, p_flags),   HUSK_ELF_FIELD(Elf64_Phdr, p_offset),
    HUSK_ELF_FIELD(Elf64_Phdr, p_vaddr),  HUSK_ELF_FIELD(Elf64_Phdr, p_paddr),   HUSK_ELF_FIELD(Elf64_Phdr, p_filesz),
    HUSK_ELF_FIELD(Elf64_Phdr, p_memsz),  HUSK_ELF_FIELD(Elf64_Phdr, p_align),
    .section_header_size = sizeof(Elf64_Shdr), .symbol_size = sizeof(Elf64_Sym),
    HUSK_ELF_FIELD(Elf64_Shdr, sh_type),  HUSK_ELF_FIELD(Elf64_Shdr, sh_offset), HUSK_ELF_FIELD(Elf64_Shdr, sh_size),
    HUSK_ELF_FIELD(Elf64_Shdr, sh_link),  HUSK_ELF_FIELD(Elf64_Shdr, sh_entsize),
    HUSK_ELF_FIELD(Elf64_Sym, st_name),   HUSK_ELF_FIELD(Elf64_Sym, st_info),    HUSK_ELF_FIELD(Elf64_Sym, st_shndx),
    HUSK_ELF_FIELD(Elf64_Sym, st_value),   HUSK_ELF_FIELD(Elf64_Sym, st_size),
};
// clang-format on

#undef HUSK_ELF_FIELD

}  // namespace husk::elf
