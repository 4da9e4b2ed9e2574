#include "fuzz/variations.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace husk::fuzz {

namespace {

using Bytes = std::vector<std::uint8_t>;
using hostile::Random;

constexpr std::uint64_t kBytesAtOnce = 16;

/// What sizes and addresses go wrong at.
constexpr auto kEdges = std::to_array<std::uint64_t>({0, 1, 2, 0x7F, 0x80, 0xFF, 0xFFF, 0x1000, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF'FFFF,
                                                      0x8000'0000, 0xFFFF'FFFF, 0x7FFF'FFFF'FFFF, 0x7FFF'FFFF'FFFF'FFFF,
                                                      0x8000'0000'0000'0000, 0xFFFF'FFFF'FFFF'F000, ~std::uint64_t{0}});

struct Piece {
    std::size_t at = 0;
    std::size_t size = 0;
};

Piece piece_of(Random& random, const Bytes& bytes)
{
    if (bytes.empty()) return {};
    const std::size_t at = random.below(bytes.size());
    const std::uint64_t longest = random.one_in(4) ? bytes.size() : kBytesAtOnce;
    return {at, 1 + random.below(std::min<std::uint64_t>(longest, bytes.size() - at))};
}

std::span<const std::uint8_t> bytes_of(const Bytes& bytes, Piece piece)
{
    return std::span{bytes}.subspan(piece.at, piece.size);
}

void overwrite_word(Random& random, Bytes& bytes)
{
    constexpr unsigned kByteBits = 8;
    const auto width = std::size_t{1} << random.below(4);
    if (bytes.size() < width) return;
    const std::uint64_t value = random.of(kEdges) + random.below(3) - 1;
    const std::size_t at = random.below(bytes.size() - width + 1);
    for (std::size_t i = 0; i < width; ++i) bytes[at + i] = static_cast<std::uint8_t>(value >> i * kByteBits);
}

void insert(Random& random, Bytes& bytes, std::span<const std::uint8_t> piece)
{
    const Bytes copy{piece.begin(), piece.end()};
    bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(random.below(bytes.size() + 1)), copy.begin(), copy.end());
}

void vary_once(Random& random, Bytes& bytes, const Bytes& other)
{
    enum { kBit, kByte, kWord, kCut, kDouble, kCopy, kWays };
    const Piece piece = piece_of(random, bytes);
    if (bytes.empty()) {
        bytes.push_back(static_cast<std::uint8_t>(random.next()));
        return;
    }
    switch (random.below(kWays)) {
        case kBit: bytes[piece.at] ^= static_cast<std::uint8_t>(1u << random.below(8)); break;
        case kByte: bytes[piece.at] = static_cast<std::uint8_t>(random.next()); break;
        case kWord: overwrite_word(random, bytes); break;
        case kCut:
            bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(piece.at),
                        bytes.begin() + static_cast<std::ptrdiff_t>(piece.at + piece.size));
            break;
        case kDouble: insert(random, bytes, bytes_of(bytes, piece)); break;
        default: insert(random, bytes, bytes_of(other, piece_of(random, other))); break;
    }
}

}  // namespace

void vary(Random& random, Bytes& input, const Bytes& other, std::size_t most)
{
    constexpr std::uint64_t kChanges = 6;
    for (std::uint64_t left = 1 + random.below(kChanges); left > 0; --left) vary_once(random, input, other);
    input.resize(std::min(input.size(), most));
}

}  // namespace husk::fuzz
