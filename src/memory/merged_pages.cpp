#include "memory/merged_pages.hpp"

#include "base/read_text.hpp"

#include <husk/address.hpp>

#include <algorithm>
#include <charconv>
#include <string>

namespace husk {

namespace {

/// A number at the start of `text`, and what is behind it; nothing if there is none.
struct Number {
    std::uint64_t value = 0;
    std::string_view rest;
};
std::optional<Number> number(std::string_view text, int base)
{
    Number found;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), found.value, base);
    if (error != std::errc{}) return std::nullopt;
    found.rest = text.substr(static_cast<std::size_t>(end - text.data()));
    return found;
}

struct Range {
    std::uint64_t begin = 0, end = 0;
};
/// "7f0000000000-7f0000001000 rw-p …", which begins what is told of a mapping.
std::optional<Range> mapping_of(std::string_view line)
{
    constexpr int kHexadecimal = 16;
    const auto begin = number(line, kHexadecimal);
    if (!begin || !begin->rest.starts_with('-')) return std::nullopt;
    const auto end = number(begin->rest.substr(1), kHexadecimal);
    if (!end || !end->rest.starts_with(' ')) return std::nullopt;
    return Range{begin->value, end->value};
}

}  // namespace

std::optional<std::uint64_t> merged_bytes(std::string_view smaps, std::uint64_t begin, std::uint64_t end)
{
    constexpr std::string_view kMerged = "KSM:";
    std::optional<std::uint64_t> sum;
    std::uint64_t shared = 0;  // bytes of the mapping that lie between `begin` and `end`
    while (!smaps.empty()) {
        const std::string_view line = smaps.substr(0, smaps.find('\n'));
        smaps.remove_prefix(std::min(smaps.size(), line.size() + 1));
        if (const auto mapping = mapping_of(line)) {
            const std::uint64_t first = std::max(mapping->begin, begin);
            const std::uint64_t last = std::min(mapping->end, end);
            shared = first < last ? last - first : 0;
        }
        if (shared == 0 || !line.starts_with(kMerged)) continue;
        const std::string_view behind = line.substr(kMerged.size());
        const auto kib = number(behind.substr(std::min(behind.find_first_not_of(' '), behind.size())), 10);
        if (kib) sum = sum.value_or(0) + std::min(kib->value * 1_KiB, shared);
    }
    return sum;
}

std::optional<std::uint64_t> merged_bytes(std::span<const std::byte> memory)
{
    const std::string text = read_text("/proc/self/smaps").value_or("");
    const auto begin = reinterpret_cast<std::uintptr_t>(memory.data());
    return merged_bytes(text, begin, begin + memory.size());
}

}  // namespace husk
