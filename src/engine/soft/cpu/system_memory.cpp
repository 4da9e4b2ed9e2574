#include "engine/soft/cpu/system_memory.hpp"

#include "engine/soft/cpu/translate.hpp"

#include <algorithm>

namespace husk::soft {

namespace {

/// How many of `size` bytes from `linear` on lie in its page.
std::size_t in_page(std::uint64_t linear, std::size_t size)
{
    return std::min<std::size_t>(size, kPageSize - linear % kPageSize);
}

/// Bytes within a page.
struct Part {
    GuestPhys at;
    std::span<std::byte> host;
};

Expected<Part> open(const Memory& memory, const x86::SystemRegisters& system, std::uint64_t linear, std::size_t size,
                    unsigned privilege, Use use)
{
    const auto page = translate(memory, system, privilege, linear, use);
    if (!page) return tl::unexpected{Obstacle{page.error()}};
    const auto host = memory.window(page->at, size, use);
    if (!host) return tl::unexpected{Obstacle{Nowhere{page->at}}};
    return Part{page->at, *host};
}

}  // namespace

Expected<void> SystemMemory::read(std::uint64_t linear, std::span<std::byte> bytes, unsigned privilege) const
{
    while (!bytes.empty()) {
        const std::size_t size = in_page(linear, bytes.size());
        const auto from = open(memory_, system_, linear, size, privilege, Use::Read);
        if (!from) return tl::unexpected{from.error()};
        std::ranges::copy(from->host, bytes.begin());
        bytes = bytes.subspan(size);
        linear += size;
    }
    return {};
}

Expected<void> SystemMemory::write(std::uint64_t linear, std::span<const std::byte> bytes, unsigned privilege)
{
    std::vector<Part> parts;
    for (std::size_t done = 0; done < bytes.size(); done += parts.back().host.size()) {
        const std::size_t size = in_page(linear + done, bytes.size() - done);
        const auto to = open(memory_, system_, linear + done, size, privilege, Use::Write);
        if (!to) return tl::unexpected{to.error()};
        parts.push_back(*to);
    }
    for (const Part& part : parts) {
        std::ranges::copy(bytes.first(part.host.size()), part.host.begin());
        bytes = bytes.subspan(part.host.size());
        written_.push_back({part.at, part.host.size()});
    }
    return {};
}

}  // namespace husk::soft
