#include "program/debug/link_map.hpp"

#include "program/process/initial_stack.hpp"

#include <elf.h>
#include <fmt/format.h>
#include <link.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <type_traits>
#include <utility>

namespace husk::program {

namespace {

/// More than a linker makes; a program's own tables may have no end.
constexpr std::size_t kMostHeaders = 512, kMostDynamic = 2048;

template <typename Value>
std::optional<Value> get(const ReadMemory& read, std::uint64_t at)
{
    static_assert(std::is_trivially_copyable_v<Value>);
    Value value{};
    if (read(at, std::as_writable_bytes(std::span{&value, 1})) != sizeof value) return std::nullopt;
    return value;
}

std::uint64_t address(const void* pointer)
{
    std::uint64_t value = 0;
    static_assert(sizeof value == sizeof pointer);
    std::ranges::copy(std::as_bytes(std::span{&pointer, 1}), std::as_writable_bytes(std::span{&value, 1}).begin());
    return value;
}

/// Where the program's dynamic section lies.
std::optional<std::uint64_t> dynamic_section(const ReadMemory& read, std::span<const std::byte> auxiliary)
{
    constexpr std::uint64_t kPage = 4096;
    const std::uint64_t headers = auxiliary_value(auxiliary, AT_PHDR).value_or(0);
    const std::size_t count = std::min<std::uint64_t>(auxiliary_value(auxiliary, AT_PHNUM).value_or(0), kMostHeaders);
    std::optional<std::uint64_t> dynamic, own, first;
    for (std::size_t i = 0; i < count; ++i) {
        const auto header = get<Elf64_Phdr>(read, headers + i * sizeof(Elf64_Phdr));
        if (!header) break;
        if (header->p_type == PT_DYNAMIC) dynamic = header->p_vaddr;
        if (header->p_type == PT_PHDR) own = header->p_vaddr;
        // The headers lie at the beginning of the file.
        if (header->p_type == PT_LOAD && header->p_offset == 0 && !first) first = header->p_vaddr;
    }
    if (!dynamic) return std::nullopt;
    if (own) return *dynamic + (headers - *own);
    return *dynamic + (first ? headers / kPage * kPage - *first : 0);
}

/// The dynamic linker's r_debug; 0 while it has not put it there.
std::uint64_t debug_place(const ReadMemory& read, std::uint64_t dynamic)
{
    for (std::size_t i = 0; i < kMostDynamic; ++i) {
        const auto entry = get<Elf64_Dyn>(read, dynamic + i * sizeof(Elf64_Dyn));
        if (!entry || entry->d_tag == DT_NULL) return 0;
        if (entry->d_tag == DT_DEBUG) return entry->d_un.d_ptr;
    }
    return 0;
}

/// Nothing if it has no end where one may be.
std::optional<std::string> text(const ReadMemory& read, std::uint64_t at)
{
    std::string name;
    std::array<std::byte, 256> piece{};
    while (name.size() < LinkMap::kLongestName) {
        const std::size_t got = read(at + name.size(), piece);
        const auto here = std::span{piece}.first(got);
        const auto end = std::ranges::find(here, std::byte{0});
        std::transform(here.begin(), end, std::back_inserter(name), [](std::byte each) { return static_cast<char>(each); });
        if (end != here.end()) return name;
        if (got < piece.size()) return std::nullopt;
    }
    return std::nullopt;
}

/// One list of objects; `seen` are those of all lists.
void follow(const ReadMemory& read, std::uint64_t debug, std::uint64_t first, LinkMap& map, std::set<std::uint64_t>& seen)
{
    for (std::uint64_t at = first; at != 0 && seen.size() < LinkMap::kMostObjects && seen.insert(at).second;) {
        const auto object = get<link_map>(read, at);
        if (!object) return;
        const std::uint64_t next = address(object->l_next);
        if (map.program == 0)
            map.program = at;
        else if (auto name = text(read, address(object->l_name)))
            map.libraries.push_back({.place = at,
                                     .bias = object->l_addr,
                                     .dynamic = address(object->l_ld),
                                     .in_namespace = debug,
                                     .name = *std::move(name)});
        at = next;
    }
}

}  // namespace

LinkMap read_link_map(const ReadMemory& read, std::span<const std::byte> auxiliary)
{
    // glibc's r_debug of version 2 has the next namespace's behind what <link.h> of Debian 12 may not have.
    constexpr int kWithNamespaces = 2;
    LinkMap map;
    const auto dynamic = dynamic_section(read, auxiliary);
    std::uint64_t debug = dynamic ? debug_place(read, *dynamic) : 0;
    std::set<std::uint64_t> seen;
    for (std::size_t i = 0; debug != 0 && i < LinkMap::kMostNamespaces; ++i) {
        const auto found = get<r_debug>(read, debug);
        if (!found) break;
        follow(read, debug, address(found->r_map), map, seen);
        if (found->r_version < kWithNamespaces) break;
        debug = get<std::uint64_t>(read, debug + sizeof(r_debug)).value_or(0);
    }
    return map;
}

std::string library_list(const LinkMap& map)
{
    std::string list = "<library-list-svr4 version=\"1.0\"";
    if (map.program != 0) list += fmt::format(" main-lm=\"{:#x}\"", map.program);
    list += ">\n";
    for (const LinkedObject& each : map.libraries)
        list += fmt::format("<library name=\"{}\" lm=\"{:#x}\" l_addr=\"{:#x}\" l_ld=\"{:#x}\" lmid=\"{:#x}\"/>\n",
                            escaped(each.name), each.place, each.bias, each.dynamic, each.in_namespace);
    return list + "</library-list-svr4>\n";
}

std::string escaped(std::string_view text)
{
    constexpr char kFirstPrintable = ' ', kLastPrintable = '~';
    std::string safe;
    for (const char each : text) switch (each) {
            case '<': safe += "&lt;"; break;
            case '>': safe += "&gt;"; break;
            case '&': safe += "&amp;"; break;
            case '"': safe += "&quot;"; break;
            default: safe += each >= kFirstPrintable && each <= kLastPrintable ? each : '?';
        }
    return safe;
}

}  // namespace husk::program
