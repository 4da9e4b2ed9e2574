#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace husk::debug {

struct Instruction {
    std::uint64_t address = 0;
    std::vector<std::byte> bytes;
    std::string text;  ///< Intel syntax; "(bad)" for bytes that are no instruction
};

/// At most `most` instructions of `bits`-bit code (16, 32 or 64) from the start of `code`, which lies at `address`. Ends at the
/// first bytes that are none, which are given as one byte of "(bad)".
std::vector<Instruction> disassemble(std::span<const std::byte> code, std::uint64_t address, unsigned bits, std::size_t most);

/// The same in lines, the first of which is marked: "> 0x0: 48 89 C3   mov rbx, rax".
std::string instruction_lines(std::span<const std::byte> code, std::uint64_t address, unsigned bits, std::size_t most);

/// "48 89 C3".
std::string hex_bytes(std::span<const std::byte> bytes);

}  // namespace husk::debug
