#pragma once

#include "support/elf_builder.hpp"

#include <string_view>

namespace husk::test {

inline std::vector<std::byte> text_bytes(std::string_view text)
{
    std::vector<std::byte> bytes;
    for (const char letter : text) bytes.push_back(static_cast<std::byte>(letter));
    return bytes;
}

/// Where linux_program() is entered, and the file offset of the code that is there.
inline constexpr std::uint64_t kProgramEntry = 0x401004;

/// A static program as linkers lay it out: the headers at 0x400000, code at 0x401000, data with some bss at 0x403ff0. It exits
/// with 7.
inline Elf64Builder linux_program()
{
    Elf64Builder elf;
    elf.entry = kProgramEntry;
    const auto code = bytes(0x90, 0x90, 0x90, 0x90,        // nop
                            0xB8, 0x3C, 0x00, 0x00, 0x00,  // mov eax, SYS_exit
                            0xBF, 0x07, 0x00, 0x00, 0x00,  // mov edi, 7
                            0x0F, 0x05);                   // syscall
    elf.segments.push_back({.vaddr = 0x400000, .memsz = 0x200, .flags = PF_R, .align = 0x1000, .part = {{0, 0x200}}});
    elf.segments.push_back(
        {.vaddr = 0x401000, .bytes = {code.begin(), code.end()}, .memsz = code.size(), .flags = PF_R | PF_X, .align = 0x1000});
    elf.segments.push_back({.vaddr = 0x403FF0, .bytes = pattern(0x20), .memsz = 0x3000, .flags = PF_R | PF_W, .align = 0x1000});
    elf.segments.push_back({.type = PT_GNU_STACK, .flags = PF_R | PF_W});
    return elf;
}

/// Names `path` as the interpreter.
inline void add_interpreter(Elf64Builder& elf, std::string_view path)
{
    auto name = text_bytes(path);
    name.push_back(std::byte{0});
    elf.segments.push_back({.type = PT_INTERP, .bytes = std::move(name), .flags = PF_R});
}

}  // namespace husk::test
