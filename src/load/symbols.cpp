#include "load/symbols.hpp"
#include "load/elf.hpp"
#include "load/elf_layout.hpp"
#include "load/image_error.hpp"

#include <husk/image.hpp>

#include <algorithm>
#include <optional>

namespace husk {

namespace {

/// One symbol table and the names that go with it; all of both is in the file.
struct SymbolTable {
    std::uint64_t offset = 0;
    std::uint64_t count = 0;
    std::span<const std::byte> names;
};

/// Reads symbols by one layout, in a file whose ELF header is all there.
class Symbols {
public:
    Symbols(std::span<const std::byte> file, const elf::Layout& layout) : file_{file}, layout_{layout} {}

    /// The tables that the section headers name, .symtab before .dynsym.
    tl::expected<std::vector<SymbolTable>, ImageError> tables() const;
    /// A symbol that others may refer to before one that is its own file's.
    std::optional<GuestVirt> find(const SymbolTable& table, std::string_view name) const;
    std::vector<trace::Symbol> code(const SymbolTable& table) const;

private:
    tl::expected<SymbolTable, ImageError> table(std::uint64_t index) const;
    tl::expected<std::span<const std::byte>, ImageError> content(std::uint64_t index) const;
    bool is_named(const SymbolTable& table, std::uint64_t at, std::string_view name) const;
    std::string name_of(const SymbolTable& table, std::uint64_t at) const;

    std::uint64_t count() const { return read_field(file_, 0, layout_.e_shnum); }
    std::uint64_t header_of(std::uint64_t index) const
    {
        return read_field(file_, 0, layout_.e_shoff) + index * layout_.section_header_size;
    }
    std::uint64_t get(std::uint64_t index, const Field& field) const { return read_field(file_, header_of(index), field); }

    template <typename... Args>
    tl::unexpected<ImageError> bad(std::uint64_t index, const Field& field, fmt::format_string<Args...> problem,
                                   Args&&... args) const
    {
        return bad_field(fmt::format("{} of section {}", field.name, index), header_of(index) + field.offset, problem,
                         std::forward<Args>(args)...);
    }

    std::span<const std::byte> file_;
    const elf::Layout& layout_;
};

tl::expected<std::vector<SymbolTable>, ImageError> Symbols::tables() const
{
    std::vector<SymbolTable> found;
    if (count() == 0) return found;
    if (const auto size = read_field(file_, 0, layout_.e_shentsize); size != layout_.section_header_size)
        return bad_field(std::string{layout_.e_shentsize.name}, layout_.e_shentsize.offset,
                         "{} is not {}, the size of a section header", size, layout_.section_header_size);
    if (!contains(file_, header_of(0), count() * layout_.section_header_size))
        return bad_field(std::string{layout_.e_shoff.name}, layout_.e_shoff.offset,
                         "{} section headers at {:#x} are not in the file of {:#x} bytes", count(), header_of(0), file_.size());
    for (const std::uint32_t type : {std::uint32_t{SHT_SYMTAB}, std::uint32_t{SHT_DYNSYM}})
        for (std::uint64_t index = 0; index < count(); ++index) {
            if (get(index, layout_.sh_type) != type) continue;
            auto one = table(index);
            if (!one) return tl::unexpected{one.error()};
            found.push_back(*one);
        }
    return found;
}

tl::expected<SymbolTable, ImageError> Symbols::table(std::uint64_t index) const
{
    if (const auto size = get(index, layout_.sh_entsize); size != layout_.symbol_size)
        return bad(index, layout_.sh_entsize, "{} is not {}, the size of a symbol", size, layout_.symbol_size);
    const auto link = get(index, layout_.sh_link);
    if (link >= count()) return bad(index, layout_.sh_link, "there is no section {}", link);
    const auto symbols = content(index);
    if (!symbols) return tl::unexpected{symbols.error()};
    const auto names = content(link);
    if (!names) return tl::unexpected{names.error()};
    return SymbolTable{.offset = get(index, layout_.sh_offset), .count = symbols->size() / layout_.symbol_size, .names = *names};
}

tl::expected<std::span<const std::byte>, ImageError> Symbols::content(std::uint64_t index) const
{
    const auto offset = get(index, layout_.sh_offset);
    const auto size = get(index, layout_.sh_size);
    if (!contains(file_, offset, size))
        return bad(index, layout_.sh_offset, "{:#x} bytes at {:#x} are not in the file of {:#x} bytes", size, offset, file_.size());
    return file_.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
}

bool Symbols::is_named(const SymbolTable& table, std::uint64_t at, std::string_view name) const
{
    const auto start = read_field(file_, at, layout_.st_name);
    if (!contains(table.names, start, name.size() + 1)) return false;
    const auto text = table.names.subspan(static_cast<std::size_t>(start), name.size() + 1);
    return text.back() == std::byte{0} && std::ranges::equal(text.first(name.size()), std::as_bytes(std::span{name}));
}

std::optional<GuestVirt> Symbols::find(const SymbolTable& table, std::string_view name) const
{
    std::optional<GuestVirt> local;
    for (std::uint64_t i = 0; i < table.count; ++i) {
        const std::uint64_t at = table.offset + i * layout_.symbol_size;
        const auto info = static_cast<unsigned char>(read_field(file_, at, layout_.st_info));
        const auto type = ELF64_ST_TYPE(info);  // the same in both classes
        if (type == STT_SECTION || type == STT_FILE || type == STT_TLS) continue;
        if (read_field(file_, at, layout_.st_shndx) == SHN_UNDEF || !is_named(table, at, name)) continue;
        const GuestVirt value{read_field(file_, at, layout_.st_value)};
        if (ELF64_ST_BIND(info) != STB_LOCAL) return value;
        if (!local) local = value;
    }
    return local;
}

/// Empty if it has none, or its end is not in the table.
std::string Symbols::name_of(const SymbolTable& table, std::uint64_t at) const
{
    const auto start = read_field(file_, at, layout_.st_name);
    if (start >= table.names.size()) return {};
    const auto rest = table.names.subspan(static_cast<std::size_t>(start));
    const auto end = std::ranges::find(rest, std::byte{0});
    if (end == rest.end()) return {};
    std::string name(static_cast<std::size_t>(end - rest.begin()), '\0');
    std::ranges::transform(rest.begin(), end, name.begin(), [](std::byte each) { return std::to_integer<char>(each); });
    return name;
}

std::vector<trace::Symbol> Symbols::code(const SymbolTable& table) const
{
    std::vector<trace::Symbol> found;
    for (std::uint64_t i = 0; i < table.count; ++i) {
        const std::uint64_t at = table.offset + i * layout_.symbol_size;
        const auto type = ELF64_ST_TYPE(static_cast<unsigned char>(read_field(file_, at, layout_.st_info)));
        if (type != STT_FUNC && type != STT_NOTYPE) continue;
        const auto section = read_field(file_, at, layout_.st_shndx);
        if (section == SHN_UNDEF || section >= SHN_LORESERVE) continue;  // a constant is no place
        std::string name = name_of(table, at);
        if (name.empty()) continue;
        found.push_back({read_field(file_, at, layout_.st_value), read_field(file_, at, layout_.st_size), std::move(name)});
    }
    return found;
}

}  // namespace

trace::SymbolTable code_symbols(std::span<const std::byte> file)
{
    if (!elf::recognise(file)) return {};
    const auto layout = elf::layout_of(file);
    if (!layout) return {};
    const Symbols symbols{file, **layout};
    const auto tables = symbols.tables();
    if (!tables) return {};
    for (const SymbolTable& table : *tables)
        if (auto found = symbols.code(table); !found.empty()) return trace::SymbolTable{std::move(found)};
    return {};
}

tl::expected<GuestVirt, ImageError> find_symbol(std::span<const std::byte> file, std::string_view name)
{
    const std::string subject = fmt::format("symbol '{}'", name);
    if (!elf::recognise(file)) return bad_fit(subject, "only an ELF file has symbols, and this is none");
    if (name.empty()) return bad_fit(subject, "has no name");
    const auto layout = elf::layout_of(file);
    if (!layout) return tl::unexpected{layout.error()};
    const Symbols symbols{file, **layout};
    const auto tables = symbols.tables();
    if (!tables) return tl::unexpected{tables.error()};
    if (tables->empty()) return bad_fit(subject, "the file has no symbols at all: it is stripped");
    for (const SymbolTable& table : *tables)
        if (const auto at = symbols.find(table, name)) return *at;
    return bad_fit(subject, "is not in the file, or not defined there: `nm` lists those that are");
}

}  // namespace husk
