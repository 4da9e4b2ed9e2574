// What control registers and MSRs refuse to hold.
#include "engine/soft/cpu/control_rules.hpp"
#include "x86/modes.hpp"

#include <gtest/gtest.h>

namespace husk::soft {
namespace {

using x86::Cr0;
using x86::Cr4;
using x86::Efer;

constexpr std::uint32_t kEfer = 0xC000'0080, kLstar = 0xC000'0082, kPat = 0x277, kMtrrCap = 0xFE;

TEST(SoftControl, Cr0)
{
    const auto flat = x86::protected_mode(0, 0).system;
    const auto refused = [&](Flags<Cr0> cr0) { return refuses_control(0, cr0.word(), flat); };
    EXPECT_FALSE(refused(Cr0::PE | Cr0::PG));
    EXPECT_TRUE(refused(Cr0::PG)) << "paging needs protection";
    EXPECT_TRUE(refused(Cr0::PE | Cr0::NW));
    EXPECT_FALSE(refused(Cr0::PE | Cr0::NW | Cr0::CD));
    EXPECT_TRUE(refuses_control(0, 1ull << 32, flat));
}

TEST(SoftControl, LongModeIsEnteredInOrder)
{
    auto system = x86::protected_mode(0, 0).system;
    const std::uint64_t paging = (Cr0::PE | Cr0::PG).word();
    system.efer = Efer::LME;
    EXPECT_TRUE(refuses_control(0, paging, system)) << "without PAE";
    system.cr4 = Cr4::PAE;
    EXPECT_FALSE(refuses_control(0, paging, system));
    system.cs.long_code = true;
    EXPECT_TRUE(refuses_control(0, paging, system)) << "from a code segment that is 64-bit already";
}

TEST(SoftControl, LongModeIsLeftInOrder)
{
    const auto system = x86::long_mode(0, 0, {}).system;
    EXPECT_TRUE(refuses_control(0, Flags<Cr0>{Cr0::PE}.word(), system)) << "not from 64-bit code";
    EXPECT_TRUE(refuses_control(4, 0, system)) << "PAE stays";
    EXPECT_TRUE(refuses_msr(kEfer, 0, system)) << "LME stays while paging is on";
    EXPECT_FALSE(refuses_msr(kEfer, (Efer::LME | Efer::LMA | Efer::NXE).word(), system));
}

TEST(SoftControl, BitsThatAreReserved)
{
    const auto system = x86::long_mode(0, 0, {}).system;
    EXPECT_TRUE(refuses_control(3, 1ull << 40, system));
    EXPECT_FALSE(refuses_control(3, 0x2000, system));
    EXPECT_TRUE(refuses_control(4, (Flags<Cr4>{Cr4::PAE} | Cr4::LA57).word(), system)) << "no 5-level paging";
    EXPECT_FALSE(refuses_control(4, (Cr4::PAE | Cr4::OSXSAVE).word(), system));
    EXPECT_TRUE(refuses_msr(kEfer, Flags<Efer>{Efer::LME}.word() | 1u << 12, system)) << "no SVM";
}

TEST(SoftControl, ModelSpecificRegisters)
{
    const auto system = x86::protected_mode(0, 0).system;
    EXPECT_TRUE(is_unknown_msr(0x1234'5678));
    EXPECT_FALSE(is_unknown_msr(kLstar));
    EXPECT_TRUE(refuses_msr(kLstar, 0x8000'0000'0000, system));
    EXPECT_FALSE(refuses_msr(kLstar, 0xFFFF'8000'0000'0000, system));
    EXPECT_TRUE(refuses_msr(kMtrrCap, 0, system)) << "read-only";
    EXPECT_TRUE(refuses_msr(kPat, 0x02, system));
    EXPECT_FALSE(refuses_msr(kPat, 0x0007'0406'0007'0406, system));
}

}  // namespace
}  // namespace husk::soft
