#pragma once

#include "program/image/byte_source.hpp"
#include "trace/symbol_table.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace husk::program {

/// Where the function or object `name` is in an ELF file that parse_executable() has read: the address that the file's symbol
/// table, or otherwise its dynamic one, gives for it. Nothing if neither has it, or they make no sense. Of several of one name a
/// global one counts, and otherwise the first.
std::optional<std::uint64_t> find_symbol(const ByteSource& file, std::string_view name);

/// A function that the file defines, as its tables name it.
struct NamedFunction {
    std::string name;
    std::uint64_t address = 0;
    bool operator==(const NamedFunction&) const = default;
};

/// The functions that others may refer to, by name, each once: of the symbol table, or otherwise the dynamic one. At most
/// `most`, so that a hostile file does not take all memory.
std::vector<NamedFunction> functions_of(const ByteSource& file, std::size_t most = 1u << 20);

/// What the symbol table, or otherwise the dynamic one, says of code, of the file's own functions too, and of labels without a type.
/// At most `most`.
trace::SymbolTable code_symbols(const ByteSource& file, std::size_t most = 1u << 20);

}  // namespace husk::program
