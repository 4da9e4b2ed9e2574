#include "program/space/poke.hpp"

#include <sys/mman.h>

#include <algorithm>

namespace husk::program {

namespace {

/// Within a page.
bool poke_page(const Space& space, std::uint64_t at, std::span<const std::byte> bytes)
{
    const auto area = space.at({at});
    if (!area) return false;
    const Reservation& all = space.reservation();
    if ((area->protection & PROT_WRITE) != 0) return all.write(at, bytes) == bytes.size();
    const std::uint64_t page = at / kPageSize * kPageSize;
    if (all.protect(page, kPageSize, PROT_READ | PROT_WRITE) != 0) return false;
    const bool written = all.write(at, bytes) == bytes.size();
    return all.protect(page, kPageSize, area->protection) == 0 && written;
}

}  // namespace

bool poke(const Space& space, GuestVirt at, std::span<const std::byte> bytes)
{
    if (!space.memory().within(at, bytes.size())) return false;
    while (!bytes.empty()) {
        const std::size_t size = std::min<std::uint64_t>(bytes.size(), kPageSize - at.value % kPageSize);
        if (!poke_page(space, at.value, bytes.first(size))) return false;
        at.value += size;
        bytes = bytes.subspan(size);
    }
    return true;
}

}  // namespace husk::program
