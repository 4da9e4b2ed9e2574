#pragma once

#include "fuzz/check.hpp"
#include "program/space/layout.hpp"
#include "program/space/space.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace husk::fuzz {

/// A part of a space that may be read or written.
struct Accessible {
    std::uint64_t begin = 0, end = 0;
    bool writable = false;
    bool operator==(const Accessible&) const = default;
};

/// Appends, or makes the last one longer.
inline void append(std::vector<Accessible>& parts, const Accessible& part)
{
    if (!parts.empty() && parts.back().end == part.begin && parts.back().writable == part.writable)
        parts.back().end = part.end;
    else
        parts.push_back(part);
}

inline std::vector<Accessible> as_husk_has_it(const program::Space& space)
{
    std::vector<Accessible> parts;
    for (const program::Area& area : space.areas())
        if ((area.protection & (PROT_READ | PROT_WRITE | PROT_EXEC)) != 0)
            append(parts, {area.begin, area.end, (area.protection & PROT_WRITE) != 0});
    return parts;
}

/// From /proc/self/maps: proc_pid_maps(5).
inline std::vector<Accessible> as_the_host_has_it(const program::Space& space)
{
    constexpr int kHexadecimal = 16;
    const std::uint64_t base = space.reservation().base();
    std::vector<Accessible> parts;
    std::uint64_t covered = 0;
    std::ifstream maps{"/proc/self/maps"};
    for (std::string line; std::getline(maps, line);) {
        std::size_t dash = 0;
        const std::uint64_t first = std::stoull(line, &dash, kHexadecimal);
        const std::uint64_t last = std::stoull(line.substr(dash + 1), nullptr, kHexadecimal);
        if (last <= base || first >= base + program::layout::kSpace) continue;
        const std::uint64_t begin = std::max(first, base) - base, end = std::min(last - base, program::layout::kSpace);
        covered += end - begin;
        const std::string rights = line.substr(line.find(' ') + 1, 3);
        if (begin >= program::layout::kUserEnd || rights == "---") continue;
        append(parts, {begin, end, rights[1] == 'w'});
    }
    require(covered == program::layout::kSpace, "the space has no hole that memory of Husk's might land in");
    return parts;
}

inline std::string to_text(const std::vector<Accessible>& parts)
{
    std::string text;
    for (const Accessible& part : parts) text += fmt::format(" {:x}-{:x}{}", part.begin, part.end, part.writable ? "w" : "r");
    return text;
}

/// What Husk believes to be mapped is what the host has mapped, and within the limit.
inline void check_space(const program::Space& space, std::uint64_t limit)
{
    std::uint64_t sum = 0;
    for (const program::Area& area : space.areas())
        if (area.protection != PROT_NONE) sum += area.size();
    require(sum == space.accessible() && sum <= limit, "the memory that is counted is there, and within its limit");
    const auto husk = as_husk_has_it(space), host = as_the_host_has_it(space);
    require(husk == host, "what is mapped:" + to_text(husk) + ", on the host:" + to_text(host));
}

}  // namespace husk::fuzz
