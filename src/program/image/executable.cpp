#include "program/image/executable.hpp"

#include "load/elf_layout.hpp"
#include "program/image/program_headers.hpp"
#include "program/image/segment_pages.hpp"

#include <algorithm>
#include <bit>
#include <climits>
#include <limits>

namespace husk::program {
namespace {

using elf::kElf64;

template <typename Value>
using Expected = tl::expected<Value, ExecutableError>;

/// PT_INTERP's path, to its first NUL. fs/binfmt_elf.c, load_elf_binary().
Expected<std::string> interpreter_path(const ByteSource& file, const ProgramHeader& header, std::size_t number)
{
    constexpr std::uint64_t kShortest = 2;  // one character and its NUL
    if (header.filesz < kShortest || header.filesz > PATH_MAX)
        return bad_header(ENOEXEC, header, number, kElf64.p_filesz, "{}: an interpreter's path (PT_INTERP) has {} to {} bytes",
                          header.filesz, kShortest, PATH_MAX);
    std::string path(static_cast<std::size_t>(header.filesz), '\0');
    if (file.read(header.offset, std::as_writable_bytes(std::span{path})) != path.size())
        return bad_header(EIO, header, number, kElf64.p_offset,
                          "the interpreter's path (PT_INTERP), {} bytes at {:#x}, is not in the file of {:#x} bytes", path.size(),
                          header.offset, file.size());
    if (path.back() != '\0')
        return bad_executable(ENOEXEC, fmt::format("path of program header {}", number), header.offset + path.size() - 1,
                              "the interpreter's path (PT_INTERP) does not end with a NUL");
    path.resize(path.find('\0'));
    if (path.empty())
        return bad_executable(EACCES, fmt::format("path of program header {}", number), header.offset,
                              "the interpreter's path (PT_INTERP) is empty");
    return path;
}

/// The bytes of the file that a PT_LOAD maps are there, to the page.
Expected<void> check_file_part(const ByteSource& file, const ProgramHeader& header, std::size_t number)
{
    if (header.filesz == 0) return {};  // nothing is mapped, so p_offset may be anything
    if ((header.offset - header.vaddr) % kPageSize != 0)
        return bad_header(ENOEXEC, header, number, kElf64.p_offset,
                          "{:#x} is not where p_vaddr, {:#x}, is within a page, so it cannot be mapped", header.offset,
                          header.vaddr);
    const std::uint64_t end = page_end(file.size());
    if (header.offset > end || header.filesz > end - header.offset)
        return bad_header(ENOEXEC, header, number, kElf64.p_filesz,
                          "{:#x} bytes at {:#x} reach beyond the end of the file, {:#x} bytes: has it been cut?", header.filesz,
                          header.offset, file.size());
    return {};
}

Expected<Segment> segment(const ByteSource& file, const ProgramHeader& header, std::size_t number)
{
    if (header.filesz > header.memsz)
        return bad_header(ENOEXEC, header, number, kElf64.p_filesz, "{:#x} bytes of the file do not fit p_memsz, {:#x} bytes",
                          header.filesz, header.memsz);
    if (header.vaddr >= kAddressEnd || header.memsz > kAddressEnd - header.vaddr)
        return bad_header(ENOEXEC, header, number, kElf64.p_vaddr,
                          "{:#x} bytes at {:#x} reach beyond {:#x}, where a program's addresses end", header.memsz, header.vaddr,
                          kAddressEnd);
    if (const auto ok = check_file_part(file, header, number); !ok) return tl::unexpected{ok.error()};
    return Segment{
        .address = header.vaddr,
        .size = header.memsz,
        .file_offset = header.offset,
        .file_size = header.filesz,
        .align = header.align,
        .read = (header.flags & PF_R) != 0,
        .write = (header.flags & PF_W) != 0,
        .execute = (header.flags & PF_X) != 0,
        .number = static_cast<std::uint16_t>(number),
    };
}

/// What one program header adds to what is known of the executable.
Expected<void> take(Executable& into, const ByteSource& file, const ProgramHeader& header, std::size_t number, Role role)
{
    if (header.type == PT_GNU_STACK) into.executable_stack = (header.flags & PF_X) != 0;
    // The first one counts.
    if (header.type == PT_INTERP && role == Role::Program && into.interpreter.empty()) {
        auto path = interpreter_path(file, header, number);
        if (!path) return tl::unexpected{path.error()};
        into.interpreter = std::move(*path);
    }
    if (header.type != PT_LOAD) return {};
    const auto one = segment(file, header, number);
    if (!one) return tl::unexpected{one.error()};
    into.segments.push_back(*one);
    return {};
}

/// Fills in what follows from all segments together.
void measure(Executable& executable, std::uint64_t table_offset)
{
    executable.begin = std::numeric_limits<std::uint64_t>::max();
    executable.alignment = kPageSize;
    for (const Segment& one : executable.segments) {
        executable.begin = std::min(executable.begin, page_begin(one.address));
        executable.end = std::max(executable.end, one.address + one.size);
        // Linux leaves out what is no power of two; what no address but 0 is a multiple of could not be heeded.
        if (std::has_single_bit(one.align) && one.align < kAddressEnd)
            executable.alignment = std::max(executable.alignment, one.align);
        // By subtraction, which wraps to a large number for an offset before the segment.
        if (table_offset - one.file_offset < one.file_size)
            executable.program_headers = one.address + (table_offset - one.file_offset);
    }
}

Expected<Executable> parse(const ByteSource& file, Role role)
{
    const auto headers = read_program_headers(file);
    if (!headers) return tl::unexpected{headers.error()};
    Executable executable{
        .movable = headers->header.type == ET_DYN,
        .entry = headers->header.entry,
        .program_header_count = static_cast<std::uint16_t>(headers->entries.size()),
        .program_header_size = static_cast<std::uint16_t>(kElf64.program_header_size),
    };
    for (std::size_t i = 0; i < headers->entries.size(); ++i)
        if (const auto ok = take(executable, file, headers->entries[i], i, role); !ok) return tl::unexpected{ok.error()};
    if (executable.segments.empty())
        return bad_executable(ENOEXEC, std::string{kElf64.e_phnum.name}, kElf64.e_phnum.offset,
                              "none of the {} program headers is a PT_LOAD: nothing to load", headers->entries.size());
    measure(executable, headers->header.program_headers);
    if (executable.begin == executable.end)
        return bad_executable(ENOEXEC, std::string{kElf64.e_phnum.name}, kElf64.e_phnum.offset,
                              "no PT_LOAD of the {} program headers takes any memory: nothing to load", headers->entries.size());
    if (executable.entry >= kAddressEnd)
        return bad_executable(ENOEXEC, std::string{kElf64.e_entry.name}, kElf64.e_entry.offset,
                              "{:#x} is beyond {:#x}, where a program's addresses end", executable.entry, kAddressEnd);
    return executable;
}

}  // namespace

Expected<Executable> parse_executable(const ByteSource& file, Role role)
{
    auto executable = parse(file, role);
    if (!executable && role == Role::Interpreter) executable.error().code = ELIBBAD;
    return executable;
}

Expected<Executable> parse_executable(std::span<const std::byte> file, Role role)
{
    return parse_executable(MemorySource{file}, role);
}

}  // namespace husk::program
