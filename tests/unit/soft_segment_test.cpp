// Segments forbid on the software engine what they forbid on a processor, and cost nothing where they forbid nothing.
#include "engine/soft/cpu/segment_rules.hpp"
#include "engine/soft/decode/segment_use.hpp"
#include "engine/soft/vm.hpp"
#include "support/engine_guest.hpp"
#include "x86/modes.hpp"

#include <gtest/gtest.h>

namespace husk {
namespace {

namespace exits = engine::exits;
using soft::SegmentIndex;
using soft::SegmentRules;
using test::Caught;
using test::kCode;
using test::kData;
using x86::Mode;
using x86::Segment;
using x86::SystemRegisters;

soft::SegmentUse use(std::initializer_list<unsigned> code, unsigned bits = 32)
{
    return soft::segment_use(test::code(code), bits);
}

TEST(SegmentUse, OperandsByModRm)
{
    EXPECT_EQ(use({0x8B, 0x03}).memory, SegmentIndex::Ds);                    // mov eax, [ebx]
    EXPECT_EQ(use({0x8B, 0x45, 0x08}).memory, SegmentIndex::Ss);              // mov eax, [ebp + 8]
    EXPECT_EQ(use({0x8B, 0x04, 0x24}).memory, SegmentIndex::Ss);              // mov eax, [esp]
    EXPECT_EQ(use({0x8B, 0x04, 0x8D, 0, 0, 0, 0}).memory, SegmentIndex::Ds);  // mov eax, [ecx * 4]
    EXPECT_EQ(use({0x8B, 0x05, 0, 0, 0, 0}).memory, SegmentIndex::Ds);        // mov eax, [0]
    EXPECT_EQ(use({0x64, 0x8B, 0x45, 0x08}).memory, SegmentIndex::Fs);
    EXPECT_EQ(use({0x8B, 0x02}, 16).memory, SegmentIndex::Ss);        // mov ax, [bp + si]
    EXPECT_EQ(use({0x8B, 0x06, 0, 0}, 16).memory, SegmentIndex::Ds);  // mov ax, [0]
    EXPECT_TRUE(use({0x8B, 0x02}, 16).narrow);
    EXPECT_FALSE(use({0x67, 0x8B, 0x02}, 16).narrow);
    EXPECT_TRUE(use({0x8B, 0xC3}).memory.empty()) << "registers only";
    EXPECT_TRUE(use({0x8D, 0x03}).memory.empty()) << "LEA touches nothing";
}

TEST(SegmentUse, WhatInstructionsImply)
{
    const auto movs = use({0xA4}).memory;
    EXPECT_TRUE(movs.has(SegmentIndex::Ds) && movs.has(SegmentIndex::Es));
    EXPECT_EQ(use({0x2E, 0xAC}).memory, SegmentIndex::Cs);
    EXPECT_EQ(use({0x2E, 0xAA}).memory, SegmentIndex::Es) << "no prefix moves the destination";
    for (const unsigned byte : {0x50u, 0x58u, 0x9Cu, 0xC3u, 0xE8u}) EXPECT_TRUE(use({byte, 0, 0, 0, 0}).stack) << byte;
    EXPECT_TRUE(use({0xFF, 0xD0}).stack) << "call eax";
    EXPECT_FALSE(use({0xFF, 0xE0}).stack) << "jmp eax";
    EXPECT_TRUE(use({0x8E, 0xD8}).may_load);
    EXPECT_TRUE(use({0x0F, 0xB2, 0x03}).may_load);
    EXPECT_TRUE(use({0x0F, 0x22, 0xC0}).may_switch);
}

TEST(SegmentRules, FlatAndRealModeSegmentsForbidNothing)
{
    const SegmentRules flat{x86::protected_mode(0, 0).system, false};
    EXPECT_FALSE(flat.concern(use({0x8B, 0x03})));
    EXPECT_FALSE(flat.concern(use({0x50})));
    EXPECT_TRUE(flat.concern(use({0x2E, 0x8B, 0x03}))) << "code is not written to";
    EXPECT_TRUE(flat.concern(use({0x8E, 0xD8})));
    const SegmentRules real{x86::real_mode(0, 0).system, false};
    EXPECT_FALSE(real.concern(use({0x8B, 0x07}, 16)));
    EXPECT_FALSE(real.concern(use({0x50}, 16)));
    EXPECT_FALSE(real.concern(use({0x8E, 0xD8}, 16)));
    EXPECT_TRUE(real.concern(use({0x67, 0x8B, 0x03}, 16))) << "an offset of 32 bits may be anything";
    const SegmentRules wide{x86::long_mode(0, 0, {}).system, false};
    EXPECT_TRUE(flat.cover(wide));
    EXPECT_FALSE(wide.cover(flat));
}

class SoftSegment : public testing::Test {
protected:
    void start(std::initializer_list<unsigned> code, Mode mode = Mode::Protected)
    {
        guest.start(mode, code);
        guest.catch_exceptions();
    }
    template <typename Change>
    void change(Segment SystemRegisters::*which, Change change)
    {
        auto system = guest.vcpu().system_registers();
        change(system.*which);
        guest.vcpu().set_system_registers(system);
    }
    void expect(unsigned vector, std::uint64_t offset)
    {
        const Caught fault = guest.run_to_handler();
        EXPECT_EQ(fault.vector, vector);
        EXPECT_EQ(fault.error_code, 0u);
        EXPECT_EQ(fault.rip, kCode + offset);
    }

    test::EngineGuest guest{soft::make_vm()};
};

// nop; mov [0x9000], eax; hlt
constexpr std::initializer_list<unsigned> kStore{0x90, 0xA3, 0, 0x90, 0, 0, 0xF4};

TEST_F(SoftSegment, NullSelectorsAreForNothing)
{
    start(kStore);
    change(&SystemRegisters::ds, [](Segment& ds) { ds = {.unusable = true}; });
    expect(13, 1);
}

TEST_F(SoftSegment, LimitsHold)
{
    start(kStore);
    change(&SystemRegisters::ds, [](Segment& ds) { ds.limit = kData + 3; });
    guest.run_to<exits::Halt>();
    start(kStore);
    change(&SystemRegisters::ds, [](Segment& ds) { ds.limit = kData + 2; });
    expect(13, 1);
}

TEST_F(SoftSegment, ReadOnlyDataIsReadOnly)
{
    start(kStore);
    change(&SystemRegisters::ds, [](Segment& ds) { ds.type = 1; });
    expect(13, 1);
    start({0xA1, 0, 0x90, 0, 0, 0xF4});  // mov eax, [0x9000]
    change(&SystemRegisters::ds, [](Segment& ds) { ds.type = 1; });
    guest.run_to<exits::Halt>();
}

TEST_F(SoftSegment, CodeIsNeverWrittenTo)
{
    start({0x2E, 0xA3, 0, 0x90, 0, 0});
    expect(13, 0);
}

TEST_F(SoftSegment, TheStackHasItsOwnFault)
{
    start({0x50, 0xF4});
    change(&SystemRegisters::ss, [](Segment& ss) { ss.limit = 0xFFF; });
    auto system = guest.vcpu().system_registers();
    guest.vcpu().set_system_registers(system);
    guest.store<std::uint64_t>(test::kIdt + 12 * 8,
                               test::kHandlers | 0x30ull << 16 | 0x8500ull << 32);  // no stack for it: a triple fault
    guest.run_to<exits::Shutdown>();
    EXPECT_EQ(guest.registers().rip, kCode);
    start({0x89, 0x45, 0x04, 0xF4});  // mov [ebp + 4], eax
    change(&SystemRegisters::ss, [](Segment& ss) { ss.limit = test::kStack; });
    auto registers = guest.registers();
    registers.rbp = test::kStack;
    guest.vcpu().set_registers(registers);
    expect(12, 0);
}

TEST_F(SoftSegment, ASegmentThatTheGuestLoadsCountsAtOnce)
{
    // mov eax, [0x9000] (flat); mov ecx, 0x28; mov ds, ecx; mov eax, [0x9000] (limited)
    start({0xA1, 0, 0x90, 0, 0, 0xB9, 0x28, 0, 0, 0, 0x8E, 0xD9, 0xA1, 0, 0x90, 0, 0, 0xF4});
    guest.store<std::uint64_t>(test::kGdt + 0x28, 0x0040'9300'0000'0FFF);  // 4 KiB
    auto system = guest.vcpu().system_registers();
    system.gdt.limit = 0x2F;
    guest.vcpu().set_system_registers(system);
    expect(13, 12);
}

TEST_F(SoftSegment, CodeThatWasFreeIsLookedAtAgain)
{
    // call f; mov ecx, 0; mov ds, ecx; call f; f: mov eax, [0x9000]; ret
    start({0xE8, 13, 0, 0, 0, 0xB9, 0, 0, 0, 0, 0x8E, 0xD9, 0xE8, 1, 0, 0, 0, 0xF4, 0xA1, 0, 0x90, 0, 0, 0xC3});
    expect(13, 18);
}

TEST_F(SoftSegment, RealModeEndsAt64KiB)
{
    start({0x66, 0xBB, 0, 0, 1, 0, 0x67, 0x8A, 0x03, 0xF4}, Mode::Real);  // mov ebx, 0x10000; mov al, [ebx]
    const Caught fault = guest.run_to_handler();
    EXPECT_EQ(fault.vector, 13u);
    EXPECT_EQ(fault.rip, kCode + 6);
}

TEST_F(SoftSegment, UnrealModeDoesNot)
{
    start({0x66, 0xBB, 0, 0, 0x10, 0, 0x67, 0x8A, 0x03, 0xF4}, Mode::Real);
    change(&SystemRegisters::ds, [](Segment& ds) { ds.limit = 0xFFFF'FFFF; });
    guest.run_to<exits::Halt>();
}

TEST_F(SoftSegment, RepeatedNothingTouchesNothing)
{
    start({0xF3, 0xA4, 0xF4});
    change(&SystemRegisters::es, [](Segment& es) { es = {.unusable = true}; });
    guest.run_to<exits::Halt>();
}

}  // namespace
}  // namespace husk
