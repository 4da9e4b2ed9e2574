#pragma once

#include "trace/symbol_table.hpp"

#include <cstddef>
#include <span>

namespace husk {

/// What an ELF file's symbol table, or else its dynamic one, says of code: functions, and labels without a type. Empty for what is no
/// ELF file, has none, or has such as make no sense.
trace::SymbolTable code_symbols(std::span<const std::byte> file);

}  // namespace husk
