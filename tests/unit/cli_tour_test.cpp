// The tour of a guest's life that husk demo --explain prints.
#include "cli/tour.hpp"

#include "x86/modes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace husk::cli {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const GuestPhys kRoot{0x2000};

TEST(Tour, AStepIsALineWithItsReason)
{
    Tour tour;
    tour.add({"KVM_CREATE_VM", "descriptor 5"});
    EXPECT_THAT(tour.text(), StartsWith("   1  KVM_CREATE_VM: descriptor 5 "));
    EXPECT_THAT(tour.text(), HasSubstr("a machine with no memory"));
}

TEST(Tour, TheSameAgainIsOneStep)
{
    Tour tour;
    for (int i = 0; i < 14; ++i) tour.add({"KVM_RUN", "KVM_EXIT_IO: 1 OUT of 1 byte, port 0xe9"});
    tour.add({"KVM_RUN", "KVM_EXIT_HLT"});
    EXPECT_THAT(tour.text(), HasSubstr("KVM_RUN, 14 times: KVM_EXIT_IO"));
    const auto json = tour.to_json();
    ASSERT_EQ(json.size(), 2u);
    EXPECT_EQ(json.at(0).at("times"), 14);
    EXPECT_THAT(json.at(1).at("why").get<std::string>(), HasSubstr("HLT"));
}

TEST(Tour, QuestionsAreAskedInOneStep)
{
    Tour tour;
    tour.add({"KVM_CHECK_EXTENSION", "KVM_CAP_SYNC_REGS 0x7"});
    tour.add({"KVM_CHECK_EXTENSION", "KVM_CAP_XSAVE2 0x988"});
    EXPECT_THAT(tour.text(), HasSubstr("KVM_CAP_SYNC_REGS 0x7, KVM_CAP_XSAVE2 0x988"));
    EXPECT_EQ(tour.to_json().size(), 1u);
}

TEST(Tour, RegistersAreReadBitByBit)
{
    Tour tour;
    const x86::State state = x86::long_mode(0x1000, 0x8000, kRoot);
    tour.add({"KVM_SET_SREGS", "", {}, state.system});
    tour.add({"KVM_SET_REGS", "", state.registers, {}});
    EXPECT_THAT(tour.text(), HasSubstr("CR0 0x80050033: PE MP ET NE WP AM PG"));
    EXPECT_THAT(tour.text(), HasSubstr("CR3 0x2000: where the page tables begin"));
    EXPECT_THAT(tour.text(), HasSubstr("so: PE, PG and LMA are set, and CS says 64-bit: long mode"));
    EXPECT_THAT(tour.text(), HasSubstr("RIP 0x1000, RSP 0x8000"));
}

TEST(Tour, WhatNobodyKnowsHasNoReason)
{
    Tour tour;
    tour.add({"number 0x4d", ""});
    EXPECT_THAT(tour.text(), StartsWith("   1  number 0x4d"));
}

TEST(WhyThisMode, FollowsFromTheBits)
{
    EXPECT_THAT(why_this_mode(x86::real_mode(0x1000, 0x8000).system), HasSubstr("real mode"));
    EXPECT_THAT(why_this_mode(x86::protected_mode(0x1000, 0x8000).system), HasSubstr("without paging"));
    EXPECT_THAT(why_this_mode(x86::paged_mode(0x1000, 0x8000, kRoot).system), HasSubstr("LMA is not"));
    x86::SystemRegisters compatible = x86::long_mode(0x1000, 0x8000, kRoot).system;
    compatible.cs.long_code = false;
    EXPECT_THAT(why_this_mode(compatible), HasSubstr("compatibility mode"));
    EXPECT_THAT(why_this_mode(compatible), Not(HasSubstr("says 64-bit")));
}

}  // namespace
}  // namespace husk::cli
