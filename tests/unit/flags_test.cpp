// Sets of bits that know which register they are of.
#include <husk/x86.hpp>

#include <gtest/gtest.h>

#include <concepts>

namespace husk::x86 {
namespace {

template <typename A, typename B>
concept Mix = requires(A a, B b)
{
    a | b;
};

static_assert(Mix<Cr0, Cr0> && Mix<Flags<Cr0>, Cr0> && Mix<Cr4, Cr4> && Mix<Efer, Efer> && Mix<Rflags, Rflags>);
static_assert(!Mix<Cr0, Cr4> && !Mix<Flags<Cr0>, Cr4> && !Mix<Efer, Cr4> && !Mix<Flags<Cr0>, Flags<Efer>>);
static_assert(!std::convertible_to<std::uint64_t, Flags<Cr0>>, "a plain number is no set of bits");

TEST(Flags, StartEmpty)
{
    EXPECT_EQ(Flags<Cr0>{}.word(), 0u);
    EXPECT_FALSE(Flags<Cr0>{}.has(Cr0::PE));
}

TEST(Flags, HasAllOrNot)
{
    const auto flags = Cr0::PE | Cr0::PG;
    EXPECT_EQ(flags.word(), 0x8000'0001u);
    EXPECT_TRUE(flags.has(Cr0::PE));
    EXPECT_TRUE(flags.has(Cr0::PE | Cr0::PG));
    EXPECT_FALSE(flags.has(Cr0::PE | Cr0::WP));
    EXPECT_TRUE(flags.has({})) << "nothing is in every set";
}

TEST(Flags, AddAndTakeAway)
{
    Flags<Cr4> flags = Cr4::PAE;
    flags |= Cr4::PGE;
    EXPECT_EQ(flags, Cr4::PGE | Cr4::PAE);
    EXPECT_EQ(flags.without(Cr4::PAE), Flags<Cr4>{Cr4::PGE});
    EXPECT_EQ(flags.without(Cr4::PSE), flags);
}

TEST(Flags, KeepBitsWithoutName)
{
    const Flags<Efer> flags{0xFFFF'FFFF'FFFF'FFFF};
    EXPECT_EQ(flags.without(Efer::LMA).word(), 0xFFFF'FFFF'FFFF'FBFF);
    EXPECT_EQ((Flags<Efer>{1ull << 40} | Efer::LME).word(), 1ull << 40 | 1u << 8);
}

TEST(Flags, BitsAreTheManuals)
{
    EXPECT_EQ((Cr0::PE | Cr0::MP | Cr0::EM | Cr0::TS | Cr0::ET | Cr0::NE).word(), 0x3Fu);
    EXPECT_EQ((Cr0::WP | Cr0::AM | Cr0::NW | Cr0::CD | Cr0::PG).word(), 0xE005'0000u);
    EXPECT_EQ((Cr4::PSE | Cr4::PAE | Cr4::PGE | Cr4::OSFXSR | Cr4::OSXMMEXCPT).word(), 0x6B0u);
    EXPECT_EQ((Cr4::LA57 | Cr4::FSGSBASE | Cr4::OSXSAVE).word(), 0x5'1000u);
    EXPECT_EQ((Efer::SCE | Efer::LME | Efer::LMA | Efer::NXE).word(), 0xD01u);
    EXPECT_EQ((Rflags::CF | Rflags::One | Rflags::PF | Rflags::AF | Rflags::ZF | Rflags::SF).word(), 0xD7u);
    EXPECT_EQ((Rflags::TF | Rflags::IF | Rflags::DF | Rflags::OF | Rflags::NT).word(), 0x4F00u);
    EXPECT_EQ((Rflags::RF | Rflags::VM | Rflags::AC).word(), 0x7'0000u);
}

}  // namespace
}  // namespace husk::x86
