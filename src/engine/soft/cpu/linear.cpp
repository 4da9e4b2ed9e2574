#include "engine/soft/cpu/linear.hpp"

#include "memory/entries.hpp"
#include "x86/walk.hpp"

#include <algorithm>

namespace husk::soft {

std::optional<GuestPhys> Linear::physical(std::uint64_t at) const
{
    if (!system_.efer.has(x86::Efer::LMA)) at &= 0xFFFF'FFFF;
    return x86::walk(system_, GuestVirt{at}, entry_reader(memory_)).physical;
}

std::size_t Linear::read(std::uint64_t at, std::span<std::byte> bytes) const
{
    std::size_t done = 0;
    while (done < bytes.size()) {
        const std::uint64_t from = at + done;
        const std::size_t in_page = std::min<std::size_t>(bytes.size() - done, kPageSize - from % kPageSize);
        const auto where = physical(from);
        if (!where || !memory_.read(*where, bytes.subspan(done, in_page))) break;
        done += in_page;
    }
    return done;
}

}  // namespace husk::soft
