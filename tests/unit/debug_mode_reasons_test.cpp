// How the mode follows from the bits, also of states that no processor is in.
#include "debug/mode_reasons.hpp"

#include "x86/modes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace husk::debug {
namespace {

using testing::Contains;
using testing::Each;
using testing::Field;
using testing::Not;

auto facts(const x86::State& state)
{
    return explain_mode(state.registers, state.system);
}

const auto kImpossible = Contains(Field(&Reason::therefore, "no processor is in this state"));

TEST(ModeReasons, RealMode)
{
    EXPECT_EQ(facts(x86::real_mode(0, 0)),
              (std::vector<Reason>{{"CR0.PE is 0", "real mode: an address is segment x 16 + offset, and there are no rings"},
                                   {"CS.D is 0", "16-bit code"},
                                   {"RFLAGS.IF is 0", "external interrupts wait"}}));
}

TEST(ModeReasons, ProtectedMode)
{
    auto state = x86::protected_mode(0, 0);
    state.system.ss.dpl = 3;
    state.registers.rflags |= x86::Rflags::IF;
    EXPECT_EQ(facts(state),
              (std::vector<Reason>{{"CR0.PE is 1", "protected mode or beyond it: segments are descriptors, and there are rings"},
                                   {"CR0.PG is 0", "no paging: a linear address is a physical one"},
                                   {"CS.D is 1", "32-bit code"},
                                   {"SS.DPL is 3", "ring 3"},
                                   {"RFLAGS.IF is 1", "external interrupts are taken"}}));
}

TEST(ModeReasons, FormatsOfPaging)
{
    auto state = x86::paged_mode(0, 0, {});
    EXPECT_THAT(facts(state), Contains(Reason{"CR4.PSE is 1", "pages of 4 KiB and of 4 MiB"}));
    state.system.cr4 = {};
    EXPECT_THAT(facts(state), Contains(Reason{"CR4.PSE is 0", "pages of 4 KiB only"}));
    state.system.cr4 = x86::Cr4::PAE;
    EXPECT_THAT(facts(state), Contains(Reason{"CR4.PAE is 1", "PAE paging: 32-bit linear addresses, entries of 64 bits"}));
    state = x86::long_mode(0, 0, {});
    EXPECT_THAT(facts(state), Contains(Reason{"CR4.LA57 is 0", "4-level paging: linear addresses have 48 bits"}));
    state.system.cr4 |= x86::Cr4::LA57;
    EXPECT_THAT(facts(state), Contains(Reason{"CR4.LA57 is 1", "5-level paging: linear addresses have 57 bits"}));
}

TEST(ModeReasons, CompatibilityModeAndVirtual8086)
{
    auto state = x86::long_mode(0, 0, {});
    EXPECT_THAT(facts(state), Contains(Reason{"CS.L is 1", "64-bit code"}));
    state.system.cs.long_code = false;
    EXPECT_THAT(facts(state), Contains(Reason{"CS.L is 0, CS.D is 0", "16-bit code, in compatibility mode"}));
    state = x86::protected_mode(0, 0);
    state.registers.rflags |= x86::Rflags::VM;
    EXPECT_THAT(facts(state), Contains(Reason{"RFLAGS.VM is 1", "virtual-8086 mode: addresses are as in real mode, at ring 3"}));
}

TEST(ModeReasons, StartsAreStatesOfAProcessor)
{
    for (const auto& state : {x86::real_mode(0, 0), x86::protected_mode(0, 0), x86::paged_mode(0, 0, {}), x86::long_mode(0, 0, {})})
        EXPECT_THAT(facts(state), Not(kImpossible));
}

TEST(ModeReasons, StatesOfNoProcessorAreNamed)
{
    auto state = x86::long_mode(0, 0, {});
    state.system.cr0 = x86::Cr0::PG;
    EXPECT_THAT(facts(state), Contains(Reason{"CR0.PG without CR0.PE", "no processor is in this state"}));
    state.system.cr0 = x86::Cr0::PE;
    EXPECT_THAT(facts(state), Contains(Reason{"EFER.LMA without CR0.PG", "no processor is in this state"}));
    state = x86::long_mode(0, 0, {});
    state.system.cr4 = {};
    EXPECT_THAT(facts(state), Contains(Reason{"EFER.LMA without CR4.PAE", "no processor is in this state"}));
    state.system.efer = x86::Efer::LMA;
    EXPECT_THAT(facts(state), Contains(Reason{"EFER.LMA without EFER.LME", "no processor is in this state"}));
    state.system.efer = x86::Efer::LME;
    EXPECT_THAT(facts(state), Contains(Reason{"EFER.LME and CR0.PG without EFER.LMA", "no processor is in this state"}));
    state = x86::long_mode(0, 0, {});
    state.system.cs.big = true;
    EXPECT_THAT(facts(state), Contains(Reason{"CS.L and CS.D", "the two exclude each other in long mode"}));
}

}  // namespace
}  // namespace husk::debug
