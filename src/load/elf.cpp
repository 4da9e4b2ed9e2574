#include "load/elf.hpp"

#include "load/elf_layout.hpp"
#include "load/image_error.hpp"
#include "load/overlap.hpp"

#include <algorithm>
#include <cstring>

namespace husk::elf {
namespace {

template <typename Value>
using Expected = tl::expected<Value, ImageError>;

/// The ELF header's account of the program headers; all of them are in the file.
struct Table {
    std::uint64_t offset = 0;
    std::uint64_t count = 0;
};

std::uint8_t ident(std::span<const std::byte> file, std::size_t index)
{
    return std::to_integer<std::uint8_t>(file[index]);
}

/// Reads one file by one layout. Every read has been checked to be in the file before: the ELF header by layout_of(), the program
/// headers by table().
class Parser {
public:
    Parser(std::span<const std::byte> file, const Layout& layout) : file_{file}, layout_{layout} {}

    Expected<Image> image(std::optional<GuestPhys> entry) const;

private:
    Expected<void> check_machine() const;
    Expected<void> check_type() const;
    Expected<Table> table() const;
    Expected<void> check_program_kind(const Table& table) const;
    Expected<std::vector<Image::Segment>> loadables(const Table& table) const;
    Expected<Image::Segment> loadable(const Table& table, std::uint64_t index) const;
    Expected<std::span<const std::byte>> file_part(const Table& table, std::uint64_t index) const;
    Expected<GuestPhys> entry(std::span<const Image::Segment> loadables) const;

    std::uint64_t get(const Field& field) const { return read_field(file_, 0, field); }
    std::uint64_t get(const Table& table, std::uint64_t index, const Field& field) const
    {
        return read_field(file_, header_of(table, index), field);
    }
    std::uint64_t header_of(const Table& table, std::uint64_t index) const
    {
        return table.offset + index * layout_.program_header_size;
    }

    template <typename... Args>
    static tl::unexpected<ImageError> bad(const Field& field, fmt::format_string<Args...> problem, Args&&... args)
    {
        return bad_field(std::string{field.name}, field.offset, problem, std::forward<Args>(args)...);
    }
    template <typename... Args>
    tl::unexpected<ImageError> bad(const Table& table, std::uint64_t index, const Field& field, fmt::format_string<Args...> problem,
                                   Args&&... args) const
    {
        return bad_field(fmt::format("{} of segment {}", field.name, index), header_of(table, index) + field.offset, problem,
                         std::forward<Args>(args)...);
    }

    std::span<const std::byte> file_;
    const Layout& layout_;
};

Expected<void> Parser::check_machine() const
{
    if (const auto machine = get(layout_.e_machine); machine != layout_.machine)
        return bad(layout_.e_machine, "{} is not {}, that of {}-bit x86", machine, layout_.machine, layout_.address_bits);
    if (const auto version = get(layout_.e_version); version != EV_CURRENT)
        return bad(layout_.e_version, "{} is not 1, the only version there is", version);
    return {};
}

/// ET_DYN passes: only the program headers tell a Linux program from a library, see check_program_kind().
Expected<void> Parser::check_type() const
{
    const auto type = get(layout_.e_type);
    if (type == ET_EXEC || type == ET_DYN) return {};
    if (type == ET_REL) return bad(layout_.e_type, "{} (ET_REL): an object file; link it to an executable first", type);
    if (type == ET_CORE) return bad(layout_.e_type, "{} (ET_CORE): a core dump, not an executable", type);
    return bad(layout_.e_type, "{} is not 2 (ET_EXEC)", type);
}

Expected<Table> Parser::table() const
{
    const Table table{.offset = get(layout_.e_phoff), .count = get(layout_.e_phnum)};
    if (table.count == 0) return bad(layout_.e_phnum, "0: there are no program headers, so nothing says what to load");
    if (table.count == PN_XNUM)
        return bad(layout_.e_phnum, "{:#x} (PN_XNUM): more program headers than a bare-metal image can need", table.count);
    if (const auto size = get(layout_.e_phentsize); size != layout_.program_header_size)
        return bad(layout_.e_phentsize, "{} is not {}, the size of a program header", size, layout_.program_header_size);
    if (!contains(file_, table.offset, table.count * layout_.program_header_size))
        return bad(layout_.e_phoff, "{} program headers at {:#x} are not in the file of {:#x} bytes", table.count, table.offset,
                   file_.size());
    return table;
}

Expected<void> Parser::check_program_kind(const Table& table) const
{
    for (std::uint64_t index = 0; index < table.count; ++index)
        if (get(table, index, layout_.p_type) == PT_INTERP)
            return bad(table, index, layout_.p_type, "{} (PT_INTERP): a dynamically linked Linux program, not a bare-metal image",
                       PT_INTERP);
    if (const auto type = get(layout_.e_type); type == ET_DYN)
        return bad(layout_.e_type, "{} (ET_DYN): position-independent; link the image at fixed addresses (ET_EXEC, -no-pie)", type);
    return {};
}

Expected<std::span<const std::byte>> Parser::file_part(const Table& table, std::uint64_t index) const
{
    const auto offset = get(table, index, layout_.p_offset);
    const auto size = get(table, index, layout_.p_filesz);
    if (size == 0) return std::span<const std::byte>{};  // nothing is read, so p_offset may be anything
    if (!contains(file_, offset, 0))
        return bad(table, index, layout_.p_offset, "{:#x} is beyond the end of the file, {:#x} bytes", offset, file_.size());
    if (!contains(file_, offset, size))
        return bad(table, index, layout_.p_filesz, "{:#x} bytes at {:#x} reach beyond the end of the file, {:#x} bytes", size,
                   offset, file_.size());
    return file_.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
}

Expected<Image::Segment> Parser::loadable(const Table& table, std::uint64_t index) const
{
    const auto bytes = file_part(table, index);
    if (!bytes) return tl::unexpected{bytes.error()};
    const GuestPhys at{get(table, index, layout_.p_paddr)};
    const auto size = get(table, index, layout_.p_memsz);
    if (bytes->size() > size)
        return bad(table, index, layout_.p_filesz, "{:#x} bytes of the file do not fit p_memsz, {:#x} bytes", bytes->size(), size);
    const auto address_bits = std::min(layout_.address_bits, kPhysicalBits);
    const auto address_end = std::uint64_t{1} << address_bits;
    if (at.value > address_end || size > address_end - at.value)
        return bad(table, index, layout_.p_paddr, "{:#x} bytes at {:#x} reach beyond the {}-bit physical address space", size,
                   at.value, address_bits);
    return Image::Segment{.at = at,
                          .seen_at = GuestVirt{get(table, index, layout_.p_vaddr)},
                          .bytes = *bytes,
                          .size = size,
                          .number = index,
                          .header_offset = header_of(table, index)};
}

Expected<std::vector<Image::Segment>> Parser::loadables(const Table& table) const
{
    std::vector<Image::Segment> found;
    for (std::uint64_t index = 0; index < table.count; ++index) {
        if (get(table, index, layout_.p_type) != PT_LOAD) continue;
        auto one = loadable(table, index);
        if (!one) return tl::unexpected{one.error()};
        if (one->size > 0) found.push_back(*one);
    }
    if (found.empty())
        return bad(layout_.e_phnum, "none of the {} program headers is a PT_LOAD with p_memsz above 0: nothing to load",
                   table.count);
    return found;
}

/// e_entry is a virtual address to the ABI, yet kernels that run elsewhere than where they are loaded mostly give the physical one
/// there. Boot loaders take both; so does this: physical if a segment is there, translated by the segment that is seen there if
/// not.
Expected<GuestPhys> Parser::entry(std::span<const Image::Segment> loadables) const
{
    const auto address = get(layout_.e_entry);
    // By subtraction, which wraps to a large number for an address below the segment.
    for (const Image::Segment& one : loadables)
        if (address - one.at.value < one.size) return GuestPhys{address};
    for (const Image::Segment& one : loadables)
        if (address - one.seen_at.value < one.size) return one.at + (address - one.seen_at.value);
    return bad(layout_.e_entry, "{:#x} is in no segment, neither by p_paddr nor by p_vaddr", address);
}

Expected<Image> Parser::image(std::optional<GuestPhys> given_entry) const
{
    Image image{.format = layout_.format, .mode = layout_.mode};
    if (const auto ok = check_machine(); !ok) return tl::unexpected{ok.error()};
    if (const auto ok = check_type(); !ok) return tl::unexpected{ok.error()};
    const auto headers = table();
    if (!headers) return tl::unexpected{headers.error()};
    if (const auto ok = check_program_kind(*headers); !ok) return tl::unexpected{ok.error()};
    auto found = loadables(*headers);
    if (!found) return tl::unexpected{found.error()};
    image.segments = *std::move(found);
    if (const auto clash = find_overlap(image.segments)) {
        const auto& [first, second] = *clash;
        return bad(*headers, second.number, layout_.p_paddr, "{} overlaps segment {} at {}", range(second), first.number,
                   range(first));
    }
    const auto start = given_entry ? *given_entry : entry(image.segments);
    if (!start) return tl::unexpected{start.error()};
    image.entry = *start;
    return image;
}

}  // namespace

bool recognise(std::span<const std::byte> file)
{
    return file.size() >= SELFMAG && std::memcmp(file.data(), ELFMAG, SELFMAG) == 0;
}

tl::expected<const Layout*, ImageError> layout_of(std::span<const std::byte> file)
{
    if (file.size() < EI_NIDENT) return bad_field("e_ident", 0, "the file ends after {} of its {} bytes", file.size(), EI_NIDENT);
    const auto elf_class = ident(file, EI_CLASS);
    if (elf_class != ELFCLASS32 && elf_class != ELFCLASS64)
        return bad_field("e_ident[EI_CLASS]", EI_CLASS, "{} is neither 1 (32-bit) nor 2 (64-bit)", elf_class);
    if (const auto data = ident(file, EI_DATA); data != ELFDATA2LSB)
        return bad_field("e_ident[EI_DATA]", EI_DATA, "{} is not 1 (little-endian), the only byte order of x86", data);
    if (const auto version = ident(file, EI_VERSION); version != EV_CURRENT)
        return bad_field("e_ident[EI_VERSION]", EI_VERSION, "{} is not 1, the only version there is", version);
    const Layout* layout = elf_class == ELFCLASS32 ? &kElf32 : &kElf64;
    if (file.size() < layout->header_size)
        return bad_field("ELF header", 0, "the file ends after {} of its {} bytes", file.size(), layout->header_size);
    return layout;
}

tl::expected<Image, ImageError> parse(std::span<const std::byte> file, std::optional<GuestPhys> entry)
{
    return layout_of(file).and_then([&](const Layout* layout) { return Parser{file, *layout}.image(entry); });
}

}  // namespace husk::elf
