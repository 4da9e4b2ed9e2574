#pragma once

#include "program/image/byte_source.hpp"
#include "program/image/executable_error.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace husk::program {

/// One past the last address that a program can have: 47 bits without the last page. Linux, arch/x86/include/asm/page_64_types.h,
/// TASK_SIZE_MAX.
inline constexpr std::uint64_t kAddressEnd = (std::uint64_t{1} << 47) - 0x1000;

/// One PT_LOAD, as its header gives it: addresses before any bias.
struct Segment {
    std::uint64_t address = 0;      ///< of its first byte in memory
    std::uint64_t size = 0;         ///< in memory, bytes
    std::uint64_t file_offset = 0;  ///< where its bytes are in the file; congruent to the address, by the page, if it has any
    std::uint64_t file_size = 0;    ///< bytes of the file, at most `size`; the rest is zero
    std::uint64_t align = 0;        ///< p_align, which may be anything
    bool read = false;
    bool write = false;
    bool execute = false;
    std::uint16_t number = 0;  ///< of its program header, from 0, for messages
    bool operator==(const Segment&) const = default;
};

/// What a Linux executable, or the interpreter it names, says of itself. All addresses are the file's; those of a movable one are
/// to be raised by what it is moved by.
struct Executable {
    bool movable = false;                    ///< ET_DYN: may go anywhere, as a whole
    std::uint64_t entry = 0;                 ///< of the first instruction; may be in no segment, as Linux does not look
    std::vector<Segment> segments{};         ///< in the file's order, at least one; where two overlap the later one counts
    std::uint64_t program_headers = 0;       ///< where in memory they are (AT_PHDR); 0, as Linux has it, if in no segment
    std::uint16_t program_header_count = 0;  ///< AT_PHNUM
    std::uint16_t program_header_size = 0;   ///< AT_PHENT, bytes
    std::string interpreter{};               ///< PT_INTERP's path; empty if the program needs none
    bool executable_stack = false;           ///< PT_GNU_STACK says so
    std::uint64_t begin = 0;                 ///< of the page of the lowest segment
    std::uint64_t end = 0;                   ///< one past the highest segment's last byte
    std::uint64_t alignment = 0;  ///< what `begin` plus the bias must be a multiple of: the largest p_align, at least a page

    bool operator==(const Executable&) const = default;
};

/// An interpreter's own PT_INTERP is not looked at, and what is wrong with one is ELIBBAD.
enum class Role : std::uint8_t { Program, Interpreter };

/// Reads the headers of an ELF64 executable for x86-64 and checks them as Linux does (fs/binfmt_elf.c) when it starts one. Also
/// refused is a segment with pages beyond the end of the file, which Linux would map: the file has been cut.
tl::expected<Executable, ExecutableError> parse_executable(const ByteSource& file, Role role = Role::Program);
tl::expected<Executable, ExecutableError> parse_executable(std::span<const std::byte> file, Role role = Role::Program);

}  // namespace husk::program
