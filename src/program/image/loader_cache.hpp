#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace husk::program {

/// /etc/ld.so.cache: where glibc's ldconfig found which library. The format is glibc's "new" one (sysdeps/generic/dl-cache.h),
/// alone or behind the old one. Entries that are damaged, and those for other processors, count as not there; so does all of a
/// cache that has another format, as glibc has it.
class LoaderCache {
public:
    LoaderCache() = default;
    explicit LoaderCache(std::vector<std::byte> file);

    /// Paths that glibc may take for a library of this name: those for particular processors (glibc-hwcaps), of which it takes the
    /// best for the one it runs on, and the first that is for all, last.
    std::vector<std::string> find(std::string_view name) const;

    /// How many names it knows.
    std::size_t size() const { return entries_.size(); }

private:
    /// Offsets of strings, which are not copied: many entries may share one.
    struct Paths {
        std::vector<std::uint32_t> particular{};
        std::optional<std::uint32_t> general{};
    };

    void take(std::uint64_t base);

    std::vector<std::byte> file_;  ///< from the start of the new format on
    std::map<std::string, Paths, std::less<>> entries_;
};

}  // namespace husk::program
