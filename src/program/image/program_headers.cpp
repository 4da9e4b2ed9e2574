#include "program/image/program_headers.hpp"

#include "load/elf.hpp"
#include "load/elf_layout.hpp"

#include <array>

namespace husk::program {
namespace {

using elf::kElf64;

template <typename Value>
using Expected = tl::expected<Value, ExecutableError>;

constexpr std::size_t kLargestTable = 64_KiB;  // bytes of program headers; fs/binfmt_elf.c, load_elf_phdrs()

/// An error about a field of the ELF header.
template <typename... Args>
tl::unexpected<ExecutableError> bad(const Field& field, fmt::format_string<Args...> problem, Args&&... args)
{
    return bad_executable(ENOEXEC, std::string{field.name}, field.offset, problem, std::forward<Args>(args)...);
}

Expected<void> check_type(std::span<const std::byte> header)
{
    const auto type = read_field(header, 0, kElf64.e_type);
    if (type == ET_EXEC || type == ET_DYN) return {};
    if (type == ET_REL) return bad(kElf64.e_type, "{} (ET_REL): an object file; link it to an executable first", type);
    if (type == ET_CORE) return bad(kElf64.e_type, "{} (ET_CORE): a core dump, not an executable", type);
    return bad(kElf64.e_type, "{} is neither 2 (ET_EXEC) nor 3 (ET_DYN)", type);
}

Expected<void> check_machine(std::span<const std::byte> header)
{
    const auto machine = read_field(header, 0, kElf64.e_machine);
    if (machine == EM_386) return bad(kElf64.e_machine, "{}: a 32-bit x86 program; only x86-64 programs can run", machine);
    if (machine != kElf64.machine) return bad(kElf64.e_machine, "{} is not {}, that of x86-64", machine, kElf64.machine);
    const auto size = read_field(header, 0, kElf64.e_phentsize);
    if (size == kElf64.program_header_size) return {};
    if (header[EI_CLASS] == std::byte{ELFCLASS32})
        return bad_executable(ENOEXEC, "e_ident[EI_CLASS]", EI_CLASS, "1: an x32 program; only 64-bit programs can run");
    return bad(kElf64.e_phentsize, "{} is not {}, the size of a program header", size, kElf64.program_header_size);
}

ProgramHeader program_header(std::span<const std::byte> table, std::uint64_t base, std::uint64_t table_offset)
{
    const auto get = [&](const Field& field) { return read_field(table, base, field); };
    return {
        .type = static_cast<std::uint32_t>(get(kElf64.p_type)),
        .flags = static_cast<std::uint32_t>(get(kElf64.p_flags)),
        .offset = get(kElf64.p_offset),
        .vaddr = get(kElf64.p_vaddr),
        .filesz = get(kElf64.p_filesz),
        .memsz = get(kElf64.p_memsz),
        .align = get(kElf64.p_align),
        .header_offset = table_offset + base,
    };
}

Expected<std::vector<ProgramHeader>> read_table(const ByteSource& file, std::span<const std::byte> header)
{
    const auto count = read_field(header, 0, kElf64.e_phnum);
    const auto offset = read_field(header, 0, kElf64.e_phoff);
    const std::size_t size = static_cast<std::size_t>(count) * kElf64.program_header_size;
    if (count == 0) return bad(kElf64.e_phnum, "0: there are no program headers, so nothing says what to load");
    if (size > kLargestTable)
        return bad(kElf64.e_phnum, "{} program headers are {} bytes; Linux takes at most {}", count, size, kLargestTable);
    std::vector<std::byte> table(size);
    if (file.read(offset, table) != size)
        return bad(kElf64.e_phoff, "{} program headers at {:#x} are not in the file of {:#x} bytes", count, offset, file.size());

    std::vector<ProgramHeader> entries;
    entries.reserve(static_cast<std::size_t>(count));
    for (std::size_t base = 0; base < size; base += kElf64.program_header_size)
        entries.push_back(program_header(table, base, offset));
    return entries;
}

}  // namespace

Expected<ProgramHeaders> read_program_headers(const ByteSource& file)
{
    std::array<std::byte, kElf64.header_size> header{};
    const auto got = file.read(0, header);
    if (got == 0) return bad_executable(ENOEXEC, "file", 0, "is empty");
    if (!elf::recognise(std::span{header}.first(got)))
        return bad_executable(ENOEXEC, "e_ident", 0, "neither an ELF file nor a script that starts with #!");
    if (got < header.size())
        return bad_executable(ENOEXEC, "ELF header", 0, "the file ends after {} of its {} bytes", got, header.size());
    if (const auto ok = check_type(header); !ok) return tl::unexpected{ok.error()};
    if (const auto ok = check_machine(header); !ok) return tl::unexpected{ok.error()};
    auto table = read_table(file, header);
    if (!table) return tl::unexpected{table.error()};
    return ProgramHeaders{
        .header = {.type = static_cast<std::uint16_t>(read_field(header, 0, kElf64.e_type)),
                   .entry = read_field(header, 0, kElf64.e_entry),
                   .program_headers = read_field(header, 0, kElf64.e_phoff)},
        .entries = std::move(*table),
    };
}

}  // namespace husk::program
