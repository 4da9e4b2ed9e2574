#include "program/image/dynamic.hpp"

#include "load/elf_layout.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace husk::program {
namespace {

using elf::kElf64;

template <typename Value>
using Expected = tl::expected<Value, ExecutableError>;

constexpr Field kTag{.name = "d_tag", .offset = offsetof(Elf64_Dyn, d_tag), .size = sizeof(Elf64_Dyn::d_tag)};
constexpr Field kValue{.name = "d_val", .offset = offsetof(Elf64_Dyn, d_un), .size = sizeof(Elf64_Dyn::d_un)};

// Far more than any file has. Entries may share strings, so a small file could otherwise become a large list.
constexpr std::size_t kMostEntries = 2048;
constexpr std::size_t kMostText = 64_KiB;

/// One entry, and where in the file its value is.
struct Entry {
    std::uint64_t tag = 0;
    std::uint64_t value = 0;
    std::uint64_t offset = 0;
};

std::string name_of(std::uint64_t tag)
{
    switch (tag) {
        case DT_NEEDED: return "DT_NEEDED";
        case DT_SONAME: return "DT_SONAME";
        case DT_RPATH: return "DT_RPATH";
        case DT_RUNPATH: return "DT_RUNPATH";
        case DT_STRTAB: return "DT_STRTAB";
        case DT_STRSZ: return "DT_STRSZ";
        default: return fmt::format("dynamic entry {:#x}", tag);
    }
}

template <typename... Args>
tl::unexpected<ExecutableError> bad(const Entry& entry, fmt::format_string<Args...> problem, Args&&... args)
{
    return bad_executable(ELIBBAD, name_of(entry.tag), entry.offset, problem, std::forward<Args>(args)...);
}

/// The entries up to DT_NULL or the section's end.
Expected<std::vector<Entry>> read_entries(const ByteSource& file, const ProgramHeader& section, std::size_t number)
{
    std::vector<std::byte> bytes(std::min<std::uint64_t>(section.filesz, (kMostEntries + 1) * sizeof(Elf64_Dyn)));
    if (file.read(section.offset, bytes) != bytes.size())
        return bad_header(ELIBBAD, section, number, kElf64.p_offset,
                          "the dynamic section, {:#x} bytes at {:#x}, is not in the file of {:#x} bytes", section.filesz,
                          section.offset, file.size());
    std::vector<Entry> entries;
    for (std::size_t base = 0; contains(bytes, base, sizeof(Elf64_Dyn)); base += sizeof(Elf64_Dyn)) {
        const Entry entry{read_field(bytes, base, kTag), read_field(bytes, base, kValue), section.offset + base + kValue.offset};
        if (entry.tag == DT_NULL) return entries;
        if (entries.size() == kMostEntries)
            return bad_header(ELIBBAD, section, number, kElf64.p_filesz, "the dynamic section has more than {} entries",
                              kMostEntries);
        entries.push_back(entry);
    }
    return entries;
}

const Entry* find(const std::vector<Entry>& entries, std::uint64_t tag)
{
    // The last one counts, as for loaders, which keep the entries by tag.
    const auto found = std::find_if(entries.rbegin(), entries.rend(), [&](const Entry& entry) { return entry.tag == tag; });
    return found == entries.rend() ? nullptr : &*found;
}

/// The string table; names are offsets into it.
class Strings {
public:
    /// `offset` and `size` are those in the file, in bytes.
    Strings(const ByteSource& file, std::uint64_t offset, std::uint64_t size) : file_{file}, offset_{offset}, size_{size} {}

    Expected<std::string> at(const Entry& entry)
    {
        if (entry.value >= size_) return bad(entry, "{:#x} is beyond the string table of {:#x} bytes", entry.value, size_);
        std::string text;
        while (true) {
            std::array<char, kPiece> piece{};
            const auto at = entry.value + text.size();
            const auto wanted = std::min<std::uint64_t>({piece.size(), size_ - at, left_});
            const auto got = file_.read(offset_ + at, std::as_writable_bytes(std::span{piece}.first(wanted)));
            const std::string_view read{piece.data(), got};
            const auto end = std::min(read.find('\0'), read.size());
            text += read.substr(0, end);
            left_ -= end;
            if (end < read.size()) return text;
            if (left_ == 0) return bad(entry, "more than {} bytes of strings", kMostText);
            if (got < piece.size()) return bad(entry, "the string at {:#x} has no end", entry.value);
        }
    }

private:
    static constexpr std::size_t kPiece = 256;  // bytes read at a time; most names are shorter

    const ByteSource& file_;
    std::uint64_t offset_;
    std::uint64_t size_;
    std::size_t left_ = kMostText;
};

Expected<Strings> string_table(const ByteSource& file, const ProgramHeaders& headers, const std::vector<Entry>& entries)
{
    const Entry* table = find(entries, DT_STRTAB);
    const Entry* size = find(entries, DT_STRSZ);
    if (table == nullptr) return Strings{file, 0, 0};
    for (const ProgramHeader& one : headers.entries) {
        // By subtraction, which wraps to a large number for an address before the segment.
        const std::uint64_t within = table->value - one.vaddr;
        if (one.type != PT_LOAD || within >= one.filesz) continue;
        if (one.offset > file.size() || within > file.size() - one.offset) break;
        const std::uint64_t most = one.filesz - within;
        return Strings{file, one.offset + within, size == nullptr ? most : std::min(size->value, most)};
    }
    return bad(*table, "{:#x} is in no segment's part of the file", table->value);
}

/// The string of the last entry of that tag; none if there is no such entry.
Expected<std::optional<std::string>> string_of(Strings& strings, const std::vector<Entry>& entries, std::uint64_t tag)
{
    const Entry* entry = find(entries, tag);
    if (entry == nullptr) return std::nullopt;
    return strings.at(*entry).map([](std::string&& text) { return std::optional{std::move(text)}; });
}

Expected<Dynamic> collect(Strings strings, const std::vector<Entry>& entries)
{
    Dynamic dynamic;
    for (const Entry& entry : entries) {
        if (entry.tag != DT_NEEDED) continue;
        auto name = strings.at(entry);
        if (!name) return tl::unexpected{name.error()};
        dynamic.needed.push_back(std::move(*name));
    }
    auto soname = string_of(strings, entries, DT_SONAME);
    if (!soname) return tl::unexpected{soname.error()};
    auto rpath = string_of(strings, entries, DT_RPATH);
    if (!rpath) return tl::unexpected{rpath.error()};
    auto runpath = string_of(strings, entries, DT_RUNPATH);
    if (!runpath) return tl::unexpected{runpath.error()};
    dynamic.soname = soname->value_or("");
    dynamic.rpath = std::move(*rpath);
    dynamic.runpath = std::move(*runpath);
    const Entry* flags = find(entries, DT_FLAGS_1);
    dynamic.no_default_directories = flags != nullptr && (flags->value & DF_1_NODEFLIB) != 0;
    return dynamic;
}

}  // namespace

Expected<Dynamic> read_dynamic(const ByteSource& file, const ProgramHeaders& headers)
{
    const auto section = std::ranges::find(headers.entries, std::uint32_t{PT_DYNAMIC}, &ProgramHeader::type);
    if (section == headers.entries.end()) return Dynamic{};
    const auto entries = read_entries(file, *section, static_cast<std::size_t>(section - headers.entries.begin()));
    if (!entries) return tl::unexpected{entries.error()};
    const auto strings = string_table(file, headers, *entries);
    if (!strings) return tl::unexpected{strings.error()};
    return collect(*strings, *entries);
}

}  // namespace husk::program
