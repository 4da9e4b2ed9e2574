#include "program/image/loader_cache.hpp"

#include "load/little_endian.hpp"

#include <algorithm>
#include <climits>
#include <cstring>
#include <optional>

namespace husk::program {
namespace {

// sysdeps/generic/dl-cache.h: struct cache_file, of the old format; entries follow it, and then, aligned, the new format.
constexpr std::string_view kOldMagic = "ld.so-1.7.0";
constexpr Field kOldCount{.name = "nlibs", .offset = 12, .size = 4};
constexpr std::size_t kOldHeaderSize = 16;
constexpr std::size_t kOldEntrySize = 12;
constexpr std::size_t kNewAlignment = 8;

// struct cache_file_new; strings are at offsets from its start.
constexpr std::string_view kNewMagic = "glibc-ld.so.cache1.1";
constexpr Field kNewCount{.name = "nlibs", .offset = 20, .size = 4};
constexpr Field kByteOrder{.name = "flags", .offset = 28, .size = 1};
constexpr std::size_t kNewHeaderSize = 48;
constexpr std::uint64_t kByteOrderMask = 3;
constexpr std::uint64_t kByteOrderUnset = 0;
constexpr std::uint64_t kLittleEndian = 2;

// struct file_entry_new
constexpr std::size_t kEntrySize = 24;
constexpr Field kFlags{.name = "flags", .offset = 0, .size = 4};
constexpr Field kKey{.name = "key", .offset = 4, .size = 4};
constexpr Field kValue{.name = "value", .offset = 8, .size = 4};
constexpr Field kHwcap{.name = "hwcap", .offset = 16, .size = 8};
constexpr std::uint64_t kX8664Libc6 = 0x0303;  // FLAG_X8664_LIB64 | FLAG_ELF_LIBC6

constexpr std::size_t kMostParticular = 8;  // paths a name; there are three levels of x86-64

bool starts_with(std::span<const std::byte> file, std::string_view magic)
{
    return file.size() >= magic.size() && std::memcmp(file.data(), magic.data(), magic.size()) == 0;
}

/// The part of the file that has the new format; empty if none has.
std::span<const std::byte> new_format(std::span<const std::byte> file)
{
    if (starts_with(file, kOldMagic) && file.size() >= kOldHeaderSize) {
        const auto end = kOldHeaderSize + read_field(file, 0, kOldCount) * kOldEntrySize;
        const auto aligned = (end + kNewAlignment - 1) / kNewAlignment * kNewAlignment;
        if (!contains(file, aligned, 0)) return {};
        file = file.subspan(static_cast<std::size_t>(aligned));
    }
    if (!starts_with(file, kNewMagic) || file.size() < kNewHeaderSize) return {};
    const auto order = read_field(file, 0, kByteOrder) & kByteOrderMask;
    if (order != kByteOrderUnset && order != kLittleEndian) return {};
    const auto size = read_field(file, 0, kNewCount) * kEntrySize;
    return contains(file, kNewHeaderSize, size) ? file : std::span<const std::byte>{};
}

/// The string at `offset`, of at most `longest` characters; none if it does not end.
std::optional<std::string> string_at(std::span<const std::byte> file, std::uint64_t offset, std::size_t longest)
{
    if (!contains(file, offset, 1)) return std::nullopt;
    const auto rest = file.subspan(static_cast<std::size_t>(offset));
    const auto part = rest.first(std::min(rest.size(), longest + 1));
    const auto end = std::ranges::find(part, std::byte{0});
    if (end == part.end()) return std::nullopt;
    std::string text(static_cast<std::size_t>(end - part.begin()), '\0');
    std::memcpy(text.data(), part.data(), text.size());
    return text;
}

}  // namespace

LoaderCache::LoaderCache(std::vector<std::byte> file) : file_{std::move(file)}
{
    const auto cache = new_format(file_);
    file_.erase(file_.begin(), file_.end() - static_cast<std::ptrdiff_t>(cache.size()));
    if (file_.empty()) return;
    const auto count = read_field(file_, 0, kNewCount);
    for (std::uint64_t i = 0; i < count; ++i) take(kNewHeaderSize + i * kEntrySize);
}

/// Takes the entry that is `base` bytes into the file, if it is sound and not one too many of its name.
void LoaderCache::take(std::uint64_t base)
{
    if (read_field(file_, base, kFlags) != kX8664Libc6) return;
    const auto name = string_at(file_, read_field(file_, base, kKey), NAME_MAX);
    const auto path_offset = static_cast<std::uint32_t>(read_field(file_, base, kValue));
    const auto path = string_at(file_, path_offset, PATH_MAX);
    if (!name || name->empty() || !path || !path->starts_with('/')) return;
    Paths& paths = entries_[*name];
    if (read_field(file_, base, kHwcap) == 0) {
        if (!paths.general) paths.general = path_offset;
    } else if (paths.particular.size() < kMostParticular) {
        paths.particular.push_back(path_offset);
    }
}

std::vector<std::string> LoaderCache::find(std::string_view name) const
{
    const auto found = entries_.find(name);
    if (found == entries_.end()) return {};
    std::vector<std::string> paths;
    const auto add = [&](std::uint32_t offset) { paths.push_back(string_at(file_, offset, PATH_MAX).value_or("")); };
    for (const std::uint32_t offset : found->second.particular) add(offset);
    if (found->second.general) add(*found->second.general);
    return paths;
}

}  // namespace husk::program
