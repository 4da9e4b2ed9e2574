#include "engine/soft/cpu/memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <vector>

namespace husk::soft {

namespace {

using engine::Access;

bool allows(Access access, Use use)
{
    return access == Access::ReadWrite || (access == Access::Read && use != Use::Write);
}

}  // namespace

Memory::Memory(const GuestMemory& memory)
{
    for (const auto& [spec, host] : memory.regions()) add(spec.base, host, Access::ReadWrite);
}

void Memory::add(GuestPhys base, std::span<std::byte> host, Access access)
{
    engine::check_pages(base, host.size());
    const auto next = pieces_.lower_bound(base);
    const bool meets_next = next != pieces_.end() && next->first.value - base.value < host.size();
    if (meets_next || contains(base))
        throw std::invalid_argument{
            fmt::format("guest memory of {:#x} bytes at {:#x} overlaps what was given before", host.size(), base.value)};
    pieces_.emplace(base, Piece{.host = host, .access = access});
    restricted_ = restricted_ || access != Access::ReadWrite;
}

void Memory::protect(GuestPhys base, std::uint64_t size, Access access)
{
    check_given(base, size);
    const GuestPhys end = base + size;
    split(base);
    split(end);
    // So that there are no more pieces than there are differences.
    std::vector<GuestPhys> seams{base, end};
    for (auto piece = pieces_.find(base); piece != pieces_.end() && piece->first < end; ++piece) {
        piece->second.access = access;
        seams.push_back(piece->first);
    }
    for (const GuestPhys seam : seams) join(seam);
    restricted_ = restricted_ || access != Access::ReadWrite;
}

void Memory::check_given(GuestPhys base, std::uint64_t size) const
{
    engine::check_pages(base, size);
    for (std::uint64_t done = 0; done < size;) {
        const Place piece = piece_at(base + done);
        if (piece == pieces_.end())
            throw std::invalid_argument{fmt::format("no guest memory was added at {:#x}", base.value + done)};
        done = piece->first.value + piece->second.host.size() - base.value;
    }
}

bool Memory::is_backed_by(GuestPhys base, std::span<const std::byte> host) const
{
    for (std::uint64_t done = 0; done < host.size();) {
        const Place piece = piece_at(base + done);
        if (piece == pieces_.end()) return false;
        const std::uint64_t offset = base.value + done - piece->first.value;
        if (piece->second.host.data() + offset != host.data() + done) return false;
        done += piece->second.host.size() - offset;
    }
    return true;
}

/// Makes a piece begin at `at`, if one lies across it.
void Memory::split(GuestPhys at)
{
    const Place piece = piece_at(at);
    if (piece == pieces_.end() || piece->first == at) return;
    const Piece whole = piece->second;
    const std::uint64_t before = at.value - piece->first.value;
    pieces_[piece->first].host = whole.host.first(before);
    pieces_.emplace(at, Piece{.host = whole.host.subspan(before), .access = whole.access});
}

/// Makes one of the pieces that end and begin at `at`, if nothing tells them apart.
void Memory::join(GuestPhys at)
{
    const auto after = pieces_.find(at);
    if (after == pieces_.end() || after == pieces_.begin()) return;
    Piece& before = std::prev(after)->second;
    const bool adjoin =
        std::prev(after)->first + before.host.size() == at && before.host.data() + before.host.size() == after->second.host.data();
    if (!adjoin || before.access != after->second.access) return;
    before.host = {before.host.data(), before.host.size() + after->second.host.size()};
    pieces_.erase(after);
}

Memory::Place Memory::piece_at(GuestPhys at) const
{
    const auto next = pieces_.upper_bound(at);
    if (next == pieces_.begin()) return pieces_.end();
    const auto piece = std::prev(next);
    return at.value - piece->first.value < piece->second.host.size() ? piece : pieces_.end();
}

tl::expected<std::span<std::byte>, BadAddress> Memory::window(GuestPhys at, std::uint64_t size, Use use) const
{
    if (const Place piece = piece_at(at); piece != pieces_.end() && allows(piece->second.access, use)) {
        const std::uint64_t offset = at.value - piece->first.value;
        if (size <= piece->second.host.size() - offset) return piece->second.host.subspan(offset, size);
    }
    return tl::unexpected{BadAddress{at, size}};
}

tl::expected<void, BadAddress> Memory::read(GuestPhys at, std::span<std::byte> bytes) const
{
    return window(at, bytes.size()).map([&](std::span<const std::byte> there) { std::ranges::copy(there, bytes.begin()); });
}

bool Memory::denies(GuestPhys at, Use use) const
{
    const Place piece = piece_at(at);
    return piece != pieces_.end() && !allows(piece->second.access, use);
}

}  // namespace husk::soft
