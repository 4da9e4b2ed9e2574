// The manual's words for modes, engines and vectors.
#include <husk/machine.hpp>
#include <husk/x86.hpp>

#include <gtest/gtest.h>

#include <set>

namespace husk {
namespace {

TEST(Names, Modes)
{
    EXPECT_EQ(name(x86::Mode::Real), "real");
    EXPECT_EQ(name(x86::Mode::Protected), "protected");
    EXPECT_EQ(name(x86::Mode::Paged), "paged");
    EXPECT_EQ(name(x86::Mode::Long), "long");
    EXPECT_EQ(name(static_cast<x86::Mode>(4)), "?");
}

TEST(Names, BitsOfModes)
{
    EXPECT_EQ(bits(x86::Mode::Real), 16u);
    EXPECT_EQ(bits(x86::Mode::Protected), 32u);
    EXPECT_EQ(bits(x86::Mode::Paged), 32u);
    EXPECT_EQ(bits(x86::Mode::Long), 64u);
    EXPECT_EQ(bits(static_cast<x86::Mode>(4)), 0u);
}

TEST(Names, Engines)
{
    EXPECT_EQ(name(Engine::Auto), "auto");
    EXPECT_EQ(name(Engine::Kvm), "kvm");
    EXPECT_EQ(name(Engine::Soft), "soft");
    EXPECT_EQ(name(static_cast<Engine>(3)), "?");
}

TEST(Names, Vectors)
{
    EXPECT_EQ(x86::name_of_vector(0), "#DE divide error");
    EXPECT_EQ(x86::name_of_vector(2), "non-maskable interrupt");
    EXPECT_EQ(x86::name_of_vector(6), "#UD invalid opcode");
    EXPECT_EQ(x86::name_of_vector(8), "#DF double fault");
    EXPECT_EQ(x86::name_of_vector(13), "#GP general protection");
    EXPECT_EQ(x86::name_of_vector(14), "#PF page fault");
    EXPECT_EQ(x86::name_of_vector(19), "#XM SIMD floating-point");
    EXPECT_EQ(x86::name_of_vector(21), "#CP control protection");
    EXPECT_EQ(x86::name_of_vector(32), "interrupt 32");
    EXPECT_EQ(x86::name_of_vector(255), "interrupt 255");
}

TEST(Names, EachVectorHasItsOwn)
{
    std::set<std::string> names;
    for (unsigned vector = 0; vector < 256; ++vector) names.insert(x86::name_of_vector(static_cast<std::uint8_t>(vector)));
    EXPECT_EQ(names.size(), 256u);
}

}  // namespace
}  // namespace husk
