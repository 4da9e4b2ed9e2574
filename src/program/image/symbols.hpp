#pragma once

#include "program/image/byte_source.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace husk::program {

/// Where the function or object `name` is in an ELF file that parse_executable() has read: the address that the file's symbol
/// table, or otherwise its dynamic one, gives for it. Nothing if neither has it, or they make no sense. Of several of one name a
/// global one counts, and otherwise the first.
std::optional<std::uint64_t> find_symbol(const ByteSource& file, std::string_view name);

}  // namespace husk::program
