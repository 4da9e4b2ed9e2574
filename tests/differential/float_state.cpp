// The x87 and SSE state that sequences start with. SDM Vol. 1, "FXSAVE Area" (10.5.1).
#include "differential/places.hpp"
#include "differential/start.hpp"
#include "support/bytes.hpp"

#include <array>

namespace husk::test {

namespace {

constexpr std::size_t kControlWordAt = 0, kTagsAt = 4, kMxcsrAt = 24, kX87At = 32, kSseAt = 160, kRegisterSize = 16;
constexpr std::size_t kX87Registers = 8, kSseRegisters = 16;
constexpr std::uint16_t kAllMasked = 0x037F;  ///< FCW after FNINIT
constexpr std::uint8_t kFourInUse = 0x0F;     ///< abridged tags
constexpr std::uint32_t kMxcsrAtReset = 0x1F80;

constexpr std::uint64_t kIntegerBit = 1ull << 63;
constexpr std::uint16_t kBias = 0x3FFF;

/// The upper and lower part of an 80-bit number: normal ones, not far from 1.
void put_x87(Sequence& sequence, Random& random, std::size_t at)
{
    const auto exponent = static_cast<std::uint16_t>(kBias + random.below(64) - 32);
    const auto sign = static_cast<std::uint16_t>(random.below(2) << 15);
    const std::uint64_t fraction = random.chance(50) ? random.next() : random.next() << 48;
    put(sequence.memory, at, fraction | kIntegerBit);
    put(sequence.memory, at + sizeof fraction, static_cast<std::uint16_t>(exponent | sign));
}

/// A float or a double as programs have them, now and then none.
std::uint64_t packed(Random& random)
{
    constexpr std::array kFloats{1.0F, -1.0F, 0.5F, 3.0F, 1e6F, -2.75F, 0.0F, 1e-6F};
    constexpr std::array kDoubles{1.0, -1.0, 0.5, 3.0, 1e15, -2.75, 0.0, 1e-9};
    std::array<float, 2> pair{random.pick(kFloats), random.pick(kFloats)};
    std::uint64_t value = random.next();
    if (random.chance(40)) std::memcpy(&value, pair.data(), sizeof value);
    if (random.chance(40)) std::memcpy(&value, &random.pick(kDoubles), sizeof value);
    return value;
}

}  // namespace

void make_float_state(Sequence& sequence, Random& random)
{
    const std::size_t begin = places::kFloatBefore;
    put(sequence.memory, begin + kControlWordAt, kAllMasked);
    put(sequence.memory, begin + kTagsAt, kFourInUse);
    put(sequence.memory, begin + kMxcsrAt, kMxcsrAtReset);
    for (std::size_t i = 0; i < kX87Registers; ++i) put_x87(sequence, random, begin + kX87At + i * kRegisterSize);
    for (std::size_t i = 0; i < 2 * kSseRegisters; ++i)
        put(sequence.memory, begin + kSseAt + i * kRegisterSize / 2, packed(random));
}

}  // namespace husk::test
