#pragma once

#include "load/little_endian.hpp"
#include "program/image/byte_source.hpp"
#include "program/image/executable_error.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace husk::program {

/// The ELF header's part that counts for a program.
struct ElfHeader {
    std::uint16_t type = 0;             ///< ET_EXEC or ET_DYN
    std::uint64_t entry = 0;            ///< e_entry
    std::uint64_t program_headers = 0;  ///< e_phoff
};

/// One program header; names are the ABI's. System V ABI, "Program Header" (chapter 5).
struct ProgramHeader {
    std::uint32_t type = 0;
    std::uint32_t flags = 0;
    std::uint64_t offset = 0;
    std::uint64_t vaddr = 0;
    std::uint64_t filesz = 0;
    std::uint64_t memsz = 0;
    std::uint64_t align = 0;
    std::uint64_t header_offset = 0;  ///< where in the file this header is, for messages
};

struct ProgramHeaders {
    ElfHeader header;
    std::vector<ProgramHeader> entries;
};

/// The headers of an ELF64 executable or shared object for x86-64. What is checked is what Linux checks (fs/binfmt_elf.c): magic,
/// e_type, e_machine, e_phentsize, and that there is at least one program header, no more than 64 KiB of them, and all in the file.
/// Like Linux it asks neither for the class nor for the version.
tl::expected<ProgramHeaders, ExecutableError> read_program_headers(const ByteSource& file);

/// An error about `field`, one of elf::kElf64, of program header `number`.
template <typename... Args>
tl::unexpected<ExecutableError> bad_header(int code, const ProgramHeader& header, std::size_t number, const Field& field,
                                           fmt::format_string<Args...> problem, Args&&... args)
{
    return bad_executable(code, fmt::format("{} of program header {}", field.name, number), header.header_offset + field.offset,
                          problem, std::forward<Args>(args)...);
}

}  // namespace husk::program
