#include "program/image/symbols.hpp"

#include <elf.h>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

namespace husk::program {

namespace {

template <typename T>
std::optional<T> read(const ByteSource& file, std::uint64_t offset)
{
    T value{};
    if (file.read(offset, std::as_writable_bytes(std::span{&value, 1})) != sizeof value) return std::nullopt;
    return value;
}

std::vector<Elf64_Shdr> sections_of(const ByteSource& file)
{
    const auto header = read<Elf64_Ehdr>(file, 0);
    if (!header || header->e_shoff == 0 || header->e_shentsize != sizeof(Elf64_Shdr)) return {};
    std::vector<Elf64_Shdr> sections(header->e_shnum);
    const auto bytes = std::as_writable_bytes(std::span{sections});
    if (file.read(header->e_shoff, bytes) != bytes.size()) return {};
    return sections;
}

/// Calls `take` with each symbol of a table until that answers false. In pieces: large programs have hundreds of thousands.
template <typename Take>
void each_symbol(const ByteSource& file, const Elf64_Shdr& table, Take&& take)
{
    constexpr std::size_t kAtOnce = 1024;
    std::vector<Elf64_Sym> symbols(kAtOnce);
    const std::uint64_t size = std::min(table.sh_size, file.size());
    for (std::uint64_t at = 0; at + sizeof(Elf64_Sym) <= size;) {
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kAtOnce, (size - at) / sizeof(Elf64_Sym)));
        const auto piece = std::span{symbols}.first(count);
        if (file.read(table.sh_offset + at, std::as_writable_bytes(piece)) != piece.size_bytes()) return;
        for (const Elf64_Sym& symbol : piece)
            if (!take(symbol)) return;
        at += piece.size_bytes();
    }
}

std::vector<char> names_of(const ByteSource& file, const Elf64_Shdr& strings)
{
    if (strings.sh_size > file.size()) return {};
    std::vector<char> names(static_cast<std::size_t>(strings.sh_size));
    if (file.read(strings.sh_offset, std::as_writable_bytes(std::span{names})) != names.size()) return {};
    return names;
}

/// Up to its NUL; nothing if it has none within the table.
std::optional<std::string_view> name_at(std::span<const char> names, std::uint64_t offset)
{
    if (offset >= names.size()) return std::nullopt;
    const auto rest = names.subspan(static_cast<std::size_t>(offset));
    const auto end = std::ranges::find(rest, '\0');
    if (end == rest.end() || end == rest.begin()) return std::nullopt;
    return std::string_view{rest.begin(), end};
}

/// Calls `take` with each symbol that the file defines, and its name, of one table after the other, the symbol table first: until
/// that answers false, or `done` does after a table.
template <typename Take, typename Done>
void each_named(const ByteSource& file, Take&& take, Done&& done)
{
    const auto sections = sections_of(file);
    for (const std::uint32_t type : {std::uint32_t{SHT_SYMTAB}, std::uint32_t{SHT_DYNSYM}})
        for (const Elf64_Shdr& section : sections) {
            if (section.sh_type != type || section.sh_link >= sections.size()) continue;
            const auto names = names_of(file, sections[section.sh_link]);
            each_symbol(file, section, [&](const Elf64_Sym& symbol) {
                if (symbol.st_shndx == SHN_UNDEF) return true;
                const auto name = name_at(names, symbol.st_name);
                return !name || take(symbol, *name);
            });
            if (done()) return;
        }
}

}  // namespace

std::optional<std::uint64_t> find_symbol(const ByteSource& file, std::string_view name)
{
    std::optional<std::uint64_t> local, global;
    each_named(
        file,
        [&](const Elf64_Sym& symbol, std::string_view its) {
            const auto type = ELF64_ST_TYPE(symbol.st_info);
            if (its != name || (type != STT_FUNC && type != STT_OBJECT && type != STT_NOTYPE)) return true;
            auto& found = ELF64_ST_BIND(symbol.st_info) != STB_LOCAL ? global : local;
            if (!found) found = symbol.st_value;
            return !global;
        },
        [&] { return global || local; });
    return global ? global : local;
}

std::vector<NamedFunction> functions_of(const ByteSource& file, std::size_t most)
{
    std::vector<NamedFunction> found;
    each_named(
        file,
        [&](const Elf64_Sym& symbol, std::string_view name) {
            if (ELF64_ST_TYPE(symbol.st_info) == STT_FUNC && ELF64_ST_BIND(symbol.st_info) != STB_LOCAL)
                found.push_back({std::string{name}, symbol.st_value});
            return found.size() < most;
        },
        [&] { return !found.empty(); });
    std::ranges::stable_sort(found, {}, &NamedFunction::name);
    // Not std::ranges::unique: Clang 14 cannot compile what it returns.
    const auto same = [](const NamedFunction& one, const NamedFunction& other) { return one.name == other.name; };
    found.erase(std::unique(found.begin(), found.end(), same), found.end());
    return found;
}

trace::SymbolTable code_symbols(const ByteSource& file, std::size_t most)
{
    std::vector<trace::Symbol> found;
    each_named(
        file,
        [&](const Elf64_Sym& symbol, std::string_view name) {
            const auto type = ELF64_ST_TYPE(symbol.st_info);
            const bool code = type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_NOTYPE;
            if (code && symbol.st_shndx < SHN_LORESERVE)
                found.push_back({.address = symbol.st_value, .size = symbol.st_size, .name = std::string{name}});
            return found.size() < most;
        },
        [&] { return !found.empty(); });
    return trace::SymbolTable{std::move(found)};
}

}  // namespace husk::program
