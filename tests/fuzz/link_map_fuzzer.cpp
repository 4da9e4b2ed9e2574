// The input is a program's memory, with program headers in it. Whatever it is, a debugger's list of libraries has an end, and is
// XML that no name breaks out of.
#include "fuzz/check.hpp"
#include "program/debug/link_map.hpp"

#include <elf.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>

namespace husk::fuzz {
namespace {

using namespace program;

constexpr std::uint64_t kBase = 0x10000, kHeaders = kBase + 0x40, kHeaderCount = 3;

LinkMap map_in(std::span<const std::byte> memory)
{
    const auto read = [memory](std::uint64_t at, std::span<std::byte> into) -> std::size_t {
        if (at < kBase || at - kBase >= memory.size()) return 0;
        const auto part = memory.subspan(at - kBase);
        const std::size_t size = std::min(part.size(), into.size());
        std::ranges::copy(part.first(size), into.begin());
        return size;
    };
    const std::array<std::uint64_t, 6> auxiliary{AT_PHDR, kHeaders, AT_PHNUM, kHeaderCount, AT_NULL, 0};
    return read_link_map(read, std::as_bytes(std::span{auxiliary}));
}

}  // namespace
}  // namespace husk::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace husk;
    const program::LinkMap map = fuzz::map_in(std::as_bytes(std::span{data, size}));
    fuzz::require(map.libraries.size() < program::LinkMap::kMostObjects, "the list has an end");
    std::set<std::uint64_t> places{map.program};
    for (const program::LinkedObject& each : map.libraries) {
        fuzz::require(places.insert(each.place).second, "no object is there twice");
        fuzz::require(each.name.size() < program::LinkMap::kLongestName, "a name has an end");
    }
    const std::string list = program::library_list(map);
    const auto tags = static_cast<std::size_t>(std::ranges::count(list, '<'));
    fuzz::require(tags == map.libraries.size() + 2 && tags == static_cast<std::size_t>(std::ranges::count(list, '>')),
                  "what is a tag is Husk's");
    return 0;
}
