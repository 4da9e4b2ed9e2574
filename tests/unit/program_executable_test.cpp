// Linux executables: what is taken from a good one, and that what Linux refuses is refused by name and place.
#include "program/image/executable.hpp"
#include "program/image/segment_pages.hpp"
#include "support/linux_program.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

namespace husk::program {
namespace {

using test::Elf64Builder;
using test::linux_program;
using test::put;

constexpr std::uint16_t half(unsigned value)
{
    return static_cast<std::uint16_t>(value);
}

std::size_t phdr(std::size_t index, std::size_t member)
{
    return Elf64Builder::header_of(index) + member;
}

/// Parses linux_program()'s file with `value` written at `offset`.
template <typename Value>
tl::expected<Executable, ExecutableError> parse_with(std::size_t offset, Value value)
{
    auto file = linux_program().build();
    put(file, offset, value);
    return parse_executable(file);
}

void expect_refused(const tl::expected<Executable, ExecutableError>& parsed, const std::string& field, std::uint64_t offset,
                    const std::string& problem, int code = ENOEXEC)
{
    ASSERT_FALSE(parsed) << field;
    EXPECT_EQ(parsed.error().what.field, field);
    EXPECT_EQ(parsed.error().what.offset, offset) << describe(parsed.error());
    EXPECT_NE(parsed.error().what.problem.find(problem), std::string::npos) << describe(parsed.error());
    EXPECT_EQ(parsed.error().code, code) << describe(parsed.error());
}

TEST(ProgramExecutable, StaticOneGivesItsSegmentsAndEntry)
{
    const auto file = linux_program().build();
    const auto parsed = parse_executable(file);
    ASSERT_TRUE(parsed) << describe(parsed.error());
    EXPECT_FALSE(parsed->movable);
    EXPECT_EQ(parsed->entry, test::kProgramEntry);
    EXPECT_EQ(parsed->program_headers, 0x400040u);
    EXPECT_EQ(parsed->program_header_count, 4u);
    EXPECT_EQ(parsed->program_header_size, 56u);
    EXPECT_EQ(parsed->interpreter, "");
    EXPECT_FALSE(parsed->executable_stack);
    EXPECT_EQ(parsed->begin, 0x400000u);
    EXPECT_EQ(parsed->end, 0x406FF0u);
    EXPECT_EQ(parsed->alignment, 0x1000u);
    ASSERT_EQ(parsed->segments.size(), 3u);
    EXPECT_EQ(parsed->segments[1], (Segment{.address = 0x401000,
                                            .size = 16,
                                            .file_offset = 0x1000,
                                            .file_size = 16,
                                            .align = 0x1000,
                                            .read = true,
                                            .execute = true,
                                            .number = 1}));
    EXPECT_EQ(parsed->segments[2], (Segment{.address = 0x403FF0,
                                            .size = 0x3000,
                                            .file_offset = 0x1FF0,
                                            .file_size = 0x20,
                                            .align = 0x1000,
                                            .read = true,
                                            .write = true,
                                            .number = 2}));
}

TEST(ProgramExecutable, PagesOfASegmentAreTheFilesAndThenZeroes)
{
    const auto parsed = parse_executable(linux_program().build());
    ASSERT_TRUE(parsed);
    EXPECT_EQ(
        pages_of(parsed->segments[1], 0),
        (SegmentPages{.address = 0x401000, .file_offset = 0x1000, .file_size = 0x1000, .zero_from = 0x401010, .zeroes = 0x402000}));
    EXPECT_EQ(pages_of(parsed->segments[2], 0x10000), (SegmentPages{.address = 0x413000,
                                                                    .file_offset = 0x1000,
                                                                    .file_size = 0x2000,
                                                                    .zero_from = 0x414010,
                                                                    .zero_size = 0xFF0,
                                                                    .zeroes = 0x415000,
                                                                    .zeroes_size = 0x2000}));
    // Neither bytes of the file nor a page's start.
    EXPECT_EQ(pages_of({.address = 0x5008, .size = 0x1000, .file_offset = 3}, 0),
              (SegmentPages{.address = 0x5000, .zeroes = 0x5000, .zeroes_size = 0x2000}));
    // Full to the page's end: nothing to clear, nothing behind.
    EXPECT_EQ(pages_of({.address = 0x5000, .size = 0x1000, .file_offset = 0, .file_size = 0x1000}, 0),
              (SegmentPages{.address = 0x5000, .file_size = 0x1000, .zero_from = 0x6000, .zeroes = 0x6000}));
    EXPECT_EQ(pages_of({.address = 0x5000, .size = 0}, 0), (SegmentPages{.address = 0x5000, .zeroes = 0x5000}));
}

TEST(ProgramExecutable, MovableOneWithInterpreterAndExecutableStack)
{
    auto elf = linux_program();
    elf.type = ET_DYN;
    elf.segments[1].align = 0x200000;
    elf.segments[3].flags = PF_R | PF_W | PF_X;
    test::add_interpreter(elf, "/lib64/ld-linux-x86-64.so.2");
    auto file = elf.build();
    put(file, phdr(0, offsetof(Elf64_Phdr, p_align)), 0x300000ull);  // no power of two: not heeded
    put(file, phdr(2, offsetof(Elf64_Phdr, p_align)), 1ull << 63);   // nor this
    const auto parsed = parse_executable(file);
    ASSERT_TRUE(parsed) << describe(parsed.error());
    EXPECT_TRUE(parsed->movable);
    EXPECT_TRUE(parsed->executable_stack);
    EXPECT_EQ(parsed->alignment, 0x200000u);
    EXPECT_EQ(parsed->interpreter, "/lib64/ld-linux-x86-64.so.2");
}

TEST(ProgramExecutable, ProgramHeadersInNoSegmentAreAtAddressZero)
{
    auto elf = linux_program();
    elf.segments[0].part = {{0x1000, 0x10}};
    elf.segments[0].memsz = 0x10;
    const auto parsed = parse_executable(elf.build());
    ASSERT_TRUE(parsed) << describe(parsed.error());
    EXPECT_EQ(parsed->program_headers, 0u);
}

TEST(ProgramExecutable, WhatLinuxDoesNotLookAtIsNotLookedAt)
{
    EXPECT_TRUE(parse_with(EI_CLASS, '\1'));
    EXPECT_TRUE(parse_with(EI_DATA, '\7'));
    EXPECT_TRUE(parse_with(offsetof(Elf64_Ehdr, e_version), 9u));
    EXPECT_TRUE(parse_with(offsetof(Elf64_Ehdr, e_shoff), ~0ull));
    EXPECT_TRUE(parse_with(phdr(1, offsetof(Elf64_Phdr, p_align)), 3ull));
    EXPECT_TRUE(parse_with(offsetof(Elf64_Ehdr, e_entry), 0x666ull));
    // Overlap: the later one is mapped over the earlier one.
    EXPECT_TRUE(parse_with(phdr(0, offsetof(Elf64_Phdr, p_vaddr)), 0x401000ull));
    // No bytes of the file, so no place of them.
    auto elf = linux_program();
    elf.segments[2].part = {{0x123456789, 0}};
    EXPECT_TRUE(parse_executable(elf.build()));
}

TEST(ProgramExecutable, SeveralInterpretersAndStacksCountAsLinuxCountsThem)
{
    auto elf = linux_program();
    test::add_interpreter(elf, "/first");
    test::add_interpreter(elf, "/second");
    elf.segments.push_back({.type = PT_GNU_STACK, .flags = PF_X});
    const auto parsed = parse_executable(elf.build());
    ASSERT_TRUE(parsed) << describe(parsed.error());
    EXPECT_EQ(parsed->interpreter, "/first");
    EXPECT_TRUE(parsed->executable_stack);
}

TEST(ProgramExecutable, WhatIsNoExecutableIsRefused)
{
    const auto type = offsetof(Elf64_Ehdr, e_type);
    const auto machine = offsetof(Elf64_Ehdr, e_machine);
    expect_refused(parse_executable(std::span<const std::byte>{}), "file", 0, "is empty");
    expect_refused(parse_executable(test::text_bytes("MZ")), "e_ident", 0, "neither an ELF file nor a script");
    expect_refused(parse_with(type, half(ET_REL)), "e_type", type, "object file");
    expect_refused(parse_with(type, half(ET_CORE)), "e_type", type, "core dump");
    expect_refused(parse_with(type, half(77)), "e_type", type, "77");
    expect_refused(parse_with(machine, half(EM_386)), "e_machine", machine, "32-bit");
    expect_refused(parse_with(machine, half(EM_AARCH64)), "e_machine", machine, "183");
}

TEST(ProgramExecutable, DamagedTableIsRefused)
{
    const auto phnum = offsetof(Elf64_Ehdr, e_phnum);
    const auto phoff = offsetof(Elf64_Ehdr, e_phoff);
    const auto size = offsetof(Elf64_Ehdr, e_phentsize);
    expect_refused(parse_with(size, half(57)), "e_phentsize", size, "57");
    expect_refused(parse_with(phnum, half(0)), "e_phnum", phnum, "0");
    expect_refused(parse_with(phnum, half(1171)), "e_phnum", phnum, "1171");
    expect_refused(parse_with(phnum, half(0xFFFF)), "e_phnum", phnum, "65535");
    expect_refused(parse_with(phnum, half(1170)), "e_phoff", phoff, "1170");
    for (const std::uint64_t offset : {std::uint64_t{0x100000}, ~std::uint64_t{0}, ~std::uint64_t{31}})
        expect_refused(parse_with(phoff, offset), "e_phoff", phoff, "not in the file");
}

TEST(ProgramExecutable, X32IsToldApart)
{
    auto file = linux_program().build();
    put(file, EI_CLASS, char{ELFCLASS32});
    put(file, offsetof(Elf64_Ehdr, e_phentsize), half(32));
    expect_refused(parse_executable(file), "e_ident[EI_CLASS]", EI_CLASS, "x32");
}

TEST(ProgramExecutable, DamagedSegmentIsRefused)
{
    const auto offset = phdr(1, offsetof(Elf64_Phdr, p_offset));
    const auto vaddr = phdr(1, offsetof(Elf64_Phdr, p_vaddr));
    const auto filesz = phdr(1, offsetof(Elf64_Phdr, p_filesz));
    const auto memsz = phdr(1, offsetof(Elf64_Phdr, p_memsz));
    expect_refused(parse_with(filesz, 17ull), "p_filesz of program header 1", filesz, "0x11");
    expect_refused(parse_with(offset, 0x1008ull), "p_offset of program header 1", offset, "0x1008");
    expect_refused(parse_with(offset, 0x100000ull), "p_filesz of program header 1", filesz, "end of the file");
    expect_refused(parse_with(offset, ~0xFFFull), "p_filesz of program header 1", filesz, "end of the file");
    expect_refused(parse_with(vaddr, 0x7FFFFFFFF000ull), "p_vaddr of program header 1", vaddr, "0x7ffffffff000");
    expect_refused(parse_with(vaddr, ~0xFFFull), "p_vaddr of program header 1", vaddr, "beyond");
    expect_refused(parse_with(memsz, ~0ull), "p_vaddr of program header 1", vaddr, "beyond");
    EXPECT_TRUE(parse_with(memsz, 0x7FFFFFFFF000ull - 0x401000));
    EXPECT_FALSE(parse_with(memsz, 0x7FFFFFFFF001ull - 0x401000));
}

TEST(ProgramExecutable, FileThatWasCutIsRefused)
{
    const auto file = linux_program().build();
    const auto parsed = parse_executable(std::span{file}.first(0x1000));
    ASSERT_FALSE(parsed);
    EXPECT_EQ(describe(parsed.error()),
              "p_filesz of program header 1 (file offset 0x98): 0x10 bytes at 0x1000 reach beyond the "
              "end of the file, 0x1000 bytes: has it been cut?");
}

TEST(ProgramExecutable, NothingToLoadIsRefused)
{
    const auto phnum = offsetof(Elf64_Ehdr, e_phnum);
    auto elf = linux_program();
    for (auto& segment : elf.segments) segment.type = PT_NOTE;
    expect_refused(parse_executable(elf.build()), "e_phnum", phnum, "PT_LOAD");
    Elf64Builder empty;
    empty.segments.push_back({.vaddr = 0x400000, .memsz = 0});
    expect_refused(parse_executable(empty.build()), "e_phnum", phnum, "takes any memory");
}

TEST(ProgramExecutable, EntryBeyondAllAddressesIsRefused)
{
    const auto entry = offsetof(Elf64_Ehdr, e_entry);
    expect_refused(parse_with(entry, 0x7FFFFFFFF000ull), "e_entry", entry, "0x7ffffffff000");
    expect_refused(parse_with(entry, ~0ull), "e_entry", entry, "beyond");
}

TEST(ProgramExecutable, DamagedInterpreterPathIsRefusedButNotInAnInterpreter)
{
    auto elf = linux_program();
    test::add_interpreter(elf, "/lib/ld.so");
    const auto good = elf.build();
    const auto filesz = phdr(4, offsetof(Elf64_Phdr, p_filesz));
    const auto offset = phdr(4, offsetof(Elf64_Phdr, p_offset));
    const auto path = test::get<std::uint64_t>(good, offset);
    const auto parse = [&](std::size_t at, auto value, Role role = Role::Program) {
        auto file = good;
        put(file, at, value);
        return parse_executable(file, role);
    };
    for (const std::uint64_t size : {0ull, 1ull, 4097ull, ~0ull})
        expect_refused(parse(filesz, size), "p_filesz of program header 4", filesz, "PT_INTERP");
    expect_refused(parse(filesz, 4ull), "path of program header 4", path + 3, "NUL");
    expect_refused(parse(offset, 0x100000ull), "p_offset of program header 4", offset, "not in the file", EIO);
    expect_refused(parse(offset, ~0ull), "p_offset of program header 4", offset, "not in the file", EIO);
    expect_refused(parse(path, '\0'), "path of program header 4", path, "empty", EACCES);
    EXPECT_TRUE(parse(filesz, 1ull, Role::Interpreter));
    EXPECT_EQ(parse(path + 4, '\0')->interpreter, "/lib");
}

TEST(ProgramExecutable, WhatIsWrongWithAnInterpreterIsElibbad)
{
    expect_refused(parse_executable(test::text_bytes("#!/bin/sh\n"), Role::Interpreter), "e_ident", 0, "ELF", ELIBBAD);
}

}  // namespace
}  // namespace husk::program
