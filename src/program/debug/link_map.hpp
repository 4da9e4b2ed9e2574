#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace husk::program {

/// Copies a program's memory from an address on, as far as it is memory: so many bytes.
using ReadMemory = std::function<std::size_t(std::uint64_t at, std::span<std::byte> into)>;

/// One object that a dynamic linker has loaded: `struct link_map` of <link.h>.
struct LinkedObject {
    std::uint64_t place = 0;         ///< of the link_map itself
    std::uint64_t bias = 0;          ///< l_addr
    std::uint64_t dynamic = 0;       ///< l_ld
    std::uint64_t in_namespace = 0;  ///< the r_debug that lists it
    std::string name;                ///< l_name
    bool operator==(const LinkedObject&) const = default;
};

/// What is loaded, as the program's dynamic linker has it. All of it is the program's to write, so nothing of it is believed.
struct LinkMap {
    std::uint64_t program = 0;            ///< the program's own link_map; 0: there is none yet, or never
    std::vector<LinkedObject> libraries;  ///< the others, in its order

    // Where reading stops, whatever the program says.
    static constexpr std::size_t kMostObjects = 2000, kMostNamespaces = 16, kLongestName = 4096;
};

/// By way of AT_PHDR of `auxiliary`, PT_DYNAMIC, DT_DEBUG and r_debug. What cannot be read, comes again or is more than kMost ends
/// its list there.
LinkMap read_link_map(const ReadMemory& read, std::span<const std::byte> auxiliary);

/// "Library List Format for SVR4 Targets": "Debugging with GDB", appendix E (E.15).
std::string library_list(const LinkMap& map);

/// Text within XML; the program may have chosen it.
std::string escaped(std::string_view text);

}  // namespace husk::program
