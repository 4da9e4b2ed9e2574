#include "program/space/user_memory.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

namespace husk::program {

bool UserMemory::read(GuestVirt at, std::span<std::byte> into) const
{
    return into.empty() || (host(at, into.size()) && reservation_->read(at.value, into) == into.size());
}

std::size_t UserMemory::read_some(GuestVirt at, std::span<std::byte> into) const
{
    if (at.value >= end()) return 0;
    return reservation_->read(at.value, into.first(std::min<std::uint64_t>(into.size(), end() - at.value)));
}

bool UserMemory::write(GuestVirt at, std::span<const std::byte> from) const
{
    return from.empty() || (host(at, from.size()) && reservation_->write(at.value, from) == from.size());
}

tl::expected<std::string, int> UserMemory::string(GuestVirt at, std::size_t longest) const
{
    constexpr std::size_t kPiece = 256;  // most paths fit, and a copy costs little more than its call
    std::string text;
    while (text.size() <= longest) {
        const std::uint64_t from = at.value + text.size();
        if (from == 0) return tl::unexpected{EFAULT};
        std::array<char, kPiece> piece{};
        const std::size_t wanted = std::min(piece.size(), longest + 1 - text.size());
        const std::size_t got = read_some({from}, std::as_writable_bytes(std::span{piece}.first(wanted)));
        if (got == 0) return tl::unexpected{EFAULT};
        const std::string_view copied{piece.data(), got};
        const std::size_t end = copied.find('\0');
        text += copied.substr(0, end);
        if (end != std::string_view::npos) return text;
    }
    return tl::unexpected{ENAMETOOLONG};
}

}  // namespace husk::program
