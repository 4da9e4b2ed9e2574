#include "program/debug/planted.hpp"

#include "program/space/poke.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>

namespace husk::program {

namespace {

constexpr std::byte kTrap{0xCC};  // INT3

engine::Access access_of(int protection)
{
    if ((protection & PROT_WRITE) != 0) return engine::Access::ReadWrite;
    return protection == PROT_NONE ? engine::Access::None : engine::Access::Read;
}

}  // namespace

bool overwrite(Process& process, std::uint64_t at, std::span<const std::byte> bytes)
{
    const bool written = poke(process.space, {at}, bytes);
    // An engine that keeps code of its own making is told that this is another.
    if (!written || process.vm->follows_host_mappings()) return written;
    for (std::uint64_t page = at / kPageSize * kPageSize; page < at + bytes.size(); page += kPageSize)
        if (const auto area = process.space.at({page})) process.vm->protect({page}, kPageSize, access_of(area->protection));
    return true;
}

void Planted::put(const std::vector<Breakpoint>& breakpoints)
{
    for (const Breakpoint& each : breakpoints) {
        const std::uint64_t at = each.at.value;
        Place place{.at = at};
        if (has(at)) continue;
        if (process_.memory.read({at}, std::span{&place.was, 1}) && overwrite(process_, at, std::span{&kTrap, 1})) {
            places_.insert(std::ranges::upper_bound(places_, at, {}, &Place::at), place);
            continue;
        }
        take_away();
        throw Error{"breakpoint", EINVAL, fmt::format("nothing can be written at {:#x}", at)};
    }
}

void Planted::take_away()
{
    // What the program has unmapped meanwhile, or has written itself, is as it is.
    for (const Place& each : places_) {
        std::byte now{};
        if (process_.memory.read({each.at}, std::span{&now, 1}) && now == kTrap)
            (void)overwrite(process_, each.at, std::span{&each.was, 1});
    }
    places_.clear();
}

bool Planted::has(std::uint64_t at) const
{
    return std::ranges::binary_search(places_, at, {}, &Place::at);
}

}  // namespace husk::program
