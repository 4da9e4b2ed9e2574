// Decimal arithmetic, which 64-bit code has not.
#include "differential/families.hpp"

#include <array>

namespace husk::test {

namespace {

struct Decimal {
    std::string_view name;
    unsigned opcode;
    FlagUse use;
};

constexpr FlagSet kNibble = kCarry | kAdjust;

constexpr FlagUse kPacked{.reads = kNibble, .writes = kStatus.without(kOverflow), .undefined = kOverflow};
constexpr FlagUse kUnpacked{.reads = kAdjust, .writes = kNibble, .undefined = kStatus.without(kNibble)};

/// The only one of its kind that KVM's emulator knows.
void subtract(Maker& maker)
{
    maker.add_bytes({0x2F}, kPacked);
}

void adjust(Maker& maker)
{
    constexpr std::array kDecimals{Decimal{"daa", 0x27, kPacked}, Decimal{"aaa", 0x37, kUnpacked}, Decimal{"aas", 0x3F, kUnpacked}};
    const Decimal& decimal = maker.random().pick(kDecimals);
    maker.name(decimal.name);
    maker.add_bytes({decimal.opcode}, decimal.use);
}

/// AAM and AAD by 10, or by any other base.
void convert(Maker& maker)
{
    constexpr unsigned kAam = 0xD4, kAad = 0xD5;
    constexpr FlagUse kUse = all_but(kOverflow | kNibble);
    const bool apart = maker.random().chance(50);
    maker.name(apart ? "aam" : "aad");
    const unsigned base = maker.random().chance(60) ? 10 : maker.random().between(1, 255);
    maker.add_bytes({apart ? kAam : kAad, base}, kUse);
}

constexpr std::array kFamilies{Family{"das", subtract, 1, Level::Interpreted, is_not_64_bit},
                               Family{"decimal", adjust, 3, Level::All, is_not_64_bit},
                               Family{"aam, aad", convert, 1, Level::All, is_not_64_bit}};

}  // namespace

std::span<const Family> decimal_families()
{
    return kFamilies;
}

}  // namespace husk::test
