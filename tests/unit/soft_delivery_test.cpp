// How an event finds its handler: every check on the way, and what becomes of an event whose handler cannot be reached.
#include "engine/soft/cpu/delivery.hpp"
#include "engine/soft/vm.hpp"
#include "support/engine_guest.hpp"

#include <gtest/gtest.h>

namespace husk {
namespace {

namespace exits = engine::exits;
using soft::Delivered;
using soft::Event;
using test::kGdt;
using test::kHandlers;
using test::kIdt;
using test::kRing0Stack;
using test::kStack;
using test::kTss;
using x86::Mode;
using x86::Rflags;

constexpr std::uint64_t kGoBack = 0x1234;  // what RIP is when the event comes
constexpr std::uint64_t kPresentGate = 0x8E00ull << 32, kTrapGate = 0x8F00ull << 32, kGate16 = 0x8600ull << 32;
constexpr std::uint64_t kCode0 = 8ull << 16;  // selector of ring 0's code, in a gate

class SoftDelivery : public testing::Test {
protected:
    void start(Mode mode)
    {
        guest.start(mode, {0xF4});
        guest.catch_exceptions();
        auto registers = guest.registers();
        registers.rip = kGoBack;
        registers.rflags |= Rflags::IF | Rflags::TF;
        guest.vcpu().set_registers(registers);
    }
    void start_in_ring_3(Mode mode)
    {
        start(mode);
        guest.to_ring_3();
        ring = 3;
    }
    Delivered deliver(const Event& event)
    {
        Delivered delivered = soft::deliver(guest.memory(), {guest.registers(), guest.vcpu().system_registers()}, ring, event);
        guest.vcpu().set_system_registers(delivered.state.system);
        guest.vcpu().set_registers(delivered.state.registers);
        return delivered;
    }
    Delivered raise(std::uint8_t vector, std::uint32_t code = 0)
    {
        const bool has_code = vector == 8 || (vector >= 10 && vector <= 14);
        return deliver(soft::event_of({.vector = vector, .has_error_code = has_code, .error_code = code}, kGoBack));
    }
    Delivered interrupt(std::uint8_t vector)
    {
        return deliver({.software = true, .vector = vector, .error_code = {}, .return_to = kGoBack + 2});
    }

    void gate(unsigned vector, std::uint64_t low, std::uint64_t high = 0)
    {
        const bool wide = guest.vcpu().system_registers().efer.has(x86::Efer::LMA);
        guest.store(kIdt + vector * (wide ? 16ull : 8ull), low);
        if (wide) guest.store(kIdt + vector * 16ull + 8, high);
    }
    /// The handler that runs now.
    unsigned vector() { return static_cast<unsigned>(guest.registers().rip - kHandlers); }
    template <typename Word>
    Word pushed(unsigned index)
    {
        return guest.load<Word>(guest.registers().rsp + index * sizeof(Word));
    }
    /// Vector and error code of what came instead, in protected mode.
    std::pair<unsigned, std::uint32_t> instead() { return {vector(), pushed<std::uint32_t>(0)}; }

    test::EngineGuest guest{soft::make_vm()};
    unsigned ring = 0;
};

using Instead = std::pair<unsigned, std::uint32_t>;

TEST_F(SoftDelivery, RealModePushesThreeWords)
{
    start(Mode::Real);
    guest.store<std::uint32_t>(0x21 * 4, 0x0500'0010);  // 0500:0010
    interrupt(0x21);
    EXPECT_EQ(guest.registers().rip, 0x10u);
    EXPECT_EQ(guest.vcpu().system_registers().cs.selector, 0x500);
    EXPECT_EQ(guest.vcpu().system_registers().cs.base, 0x5000u);
    EXPECT_EQ(guest.registers().rsp, kStack - 6);
    EXPECT_EQ(pushed<std::uint16_t>(0), kGoBack + 2);
    EXPECT_EQ(pushed<std::uint16_t>(1), 0);
    EXPECT_EQ(pushed<std::uint16_t>(2), 0x302);
    EXPECT_EQ(guest.registers().rflags.word(), 2u) << "IF and TF are off";
}

TEST_F(SoftDelivery, RealModeWrapsTheStackAndHeedsTheLimits)
{
    start(Mode::Real);
    auto registers = guest.registers();
    registers.rsp = 2;
    guest.vcpu().set_registers(registers);
    raise(6);
    EXPECT_EQ(guest.registers().rsp, 0xFFFCu);

    start(Mode::Real);
    registers.rsp = 1;  // a word would reach over the end of the segment
    guest.vcpu().set_registers(registers);
    EXPECT_TRUE(raise(6).end) << "#SS, then #DF, then nothing more";

    start(Mode::Real);
    auto system = guest.vcpu().system_registers();
    system.idt.limit = 8 * 4 + 3;
    guest.vcpu().set_system_registers(system);
    interrupt(9);
    EXPECT_EQ(vector(), 8u) << "#GP is not in the table, #DF is";
}

TEST_F(SoftDelivery, InterruptGateClosesTrapGateDoesNot)
{
    start(Mode::Protected);
    raise(6);
    EXPECT_FALSE(guest.registers().rflags.has(Rflags::IF));
    start(Mode::Protected);
    gate(6, kHandlers | kCode0 | kTrapGate);
    raise(6);
    EXPECT_EQ(guest.registers().rip, kHandlers);
    EXPECT_TRUE(guest.registers().rflags.has(Rflags::IF));
    EXPECT_FALSE(guest.registers().rflags.has(Rflags::TF));
}

TEST_F(SoftDelivery, GatesOf16BitsPushWords)
{
    start(Mode::Protected);
    gate(13, kHandlers | kCode0 | kGate16);
    raise(13, 0x28);
    EXPECT_EQ(guest.registers().rsp, kStack - 8);
    EXPECT_EQ(pushed<std::uint16_t>(0), 0x28);
    EXPECT_EQ(pushed<std::uint16_t>(1), kGoBack);
    EXPECT_EQ(pushed<std::uint16_t>(2), 8);
}

TEST_F(SoftDelivery, AnInnerRingBringsItsStack)
{
    start_in_ring_3(Mode::Protected);
    raise(13, 0);
    const auto system = guest.vcpu().system_registers();
    EXPECT_EQ(vector(), 13u);
    EXPECT_EQ(system.cs.selector, 8);
    EXPECT_EQ(system.ss.selector, 0x10);
    EXPECT_EQ(system.ss.dpl, 0);
    EXPECT_EQ(guest.registers().rsp, kRing0Stack - 24);
    EXPECT_EQ(pushed<std::uint32_t>(2), 0x1Bu);
    EXPECT_EQ(pushed<std::uint32_t>(4), kStack);
    EXPECT_EQ(pushed<std::uint32_t>(5), 0x23u);
}

TEST_F(SoftDelivery, LongModeAlignsTheStackAndEmptiesSs)
{
    start_in_ring_3(Mode::Long);
    guest.store(kTss + 4, kRing0Stack - 3);
    raise(14, 5);
    const auto system = guest.vcpu().system_registers();
    EXPECT_EQ(guest.registers().rsp, (kRing0Stack - 16) - 48);
    EXPECT_EQ(pushed<std::uint64_t>(0), 5u);
    EXPECT_EQ(pushed<std::uint64_t>(1), kGoBack);
    EXPECT_EQ(pushed<std::uint64_t>(4), kStack);
    EXPECT_EQ(pushed<std::uint64_t>(5), 0x23u);
    EXPECT_TRUE(system.ss.unusable);
    EXPECT_EQ(system.ss.selector, 0);
}

TEST_F(SoftDelivery, LongModePushesTheStackPointerInTheSameRingToo)
{
    start(Mode::Long);
    raise(6);
    EXPECT_EQ(guest.registers().rsp, kStack - 40);
    EXPECT_EQ(pushed<std::uint64_t>(3), kStack);
    EXPECT_EQ(guest.vcpu().system_registers().ss.selector, 0x10) << "SS stays";
}

TEST_F(SoftDelivery, CodeOf64BitsHasNoBase)
{
    start(Mode::Long);
    guest.store<std::uint64_t>(kGdt + 8, 0x0020'9B10'0000'0000);  // base 0x100000
    raise(6);
    EXPECT_EQ(guest.vcpu().system_registers().cs.base, 0u);
    guest.run_to<exits::Halt>();
    EXPECT_EQ(vector(), 7u) << "one past the HLT of handler 6";
}

TEST_F(SoftDelivery, InterruptStackTable)
{
    constexpr std::uint64_t kIst2 = kTss + 36 + 8;
    start_in_ring_3(Mode::Long);
    guest.store<std::uint64_t>(kIst2, 0xB000);
    gate(6, kHandlers | kCode0 | kPresentGate | 2ull << 32);
    raise(6);
    EXPECT_EQ(guest.registers().rsp, 0xB000u - 40);
    start(Mode::Long);
    ring = 0;
    auto system = guest.vcpu().system_registers();
    system.tr.base = kTss;
    guest.vcpu().set_system_registers(system);
    gate(6, kHandlers | kCode0 | kPresentGate | 2ull << 32);
    raise(6);
    EXPECT_EQ(guest.registers().rsp, 0xB000u - 40) << "from ring 0 as well";
}

TEST_F(SoftDelivery, GatesThatCannotBeUsed)
{
    constexpr std::uint32_t kExt = 1, kIdtBit = 2;
    start(Mode::Protected);
    gate(6, kHandlers | kCode0 | 0x0E00ull << 32);
    raise(6);
    EXPECT_EQ(instead(), (Instead{11, 6 * 8 | kIdtBit | kExt})) << "not present";
    start(Mode::Protected);
    gate(6, kHandlers | kCode0 | 0x8C00ull << 32);
    raise(6);
    EXPECT_EQ(instead(), (Instead{13, 6 * 8 | kIdtBit | kExt})) << "a call gate";
    start(Mode::Protected);
    gate(6, kHandlers | kPresentGate);
    raise(6);
    EXPECT_EQ(instead(), (Instead{13, kExt})) << "a null selector";
    start(Mode::Protected);
    gate(6, kHandlers | 0x10ull << 16 | kPresentGate);
    raise(6);
    EXPECT_EQ(instead(), (Instead{13, 0x10 | kExt})) << "a data segment";
    start(Mode::Protected);
    gate(6, kHandlers | 0x100ull << 16 | kPresentGate);
    raise(6);
    EXPECT_EQ(instead(), (Instead{13, 0x100 | kExt})) << "beyond the GDT";
    start(Mode::Protected);
    gate(6, kHandlers | 0x0Cull << 16 | kPresentGate);
    auto system = guest.vcpu().system_registers();
    system.ldt.unusable = true;
    guest.vcpu().set_system_registers(system);
    raise(6);
    EXPECT_EQ(instead(), (Instead{13, 0x0C | kExt})) << "in an LDT that is not there";
}

TEST_F(SoftDelivery, SoftwareInterruptsNeedTheGatesPrivilege)
{
    constexpr std::uint32_t kIdtBit = 2;
    start_in_ring_3(Mode::Protected);
    interrupt(0x80);
    EXPECT_EQ(instead(), (Instead{13, 0x80 * 8 | kIdtBit})) << "no EXT: the guest's own instruction did it";
    EXPECT_EQ(pushed<std::uint32_t>(1), kGoBack) << "at that instruction";
    start_in_ring_3(Mode::Protected);
    gate(0x80, kHandlers | kCode0 | 0xEE00ull << 32);
    interrupt(0x80);
    EXPECT_EQ(guest.registers().rip, kHandlers);
    EXPECT_EQ(pushed<std::uint32_t>(0), kGoBack + 2);
    start_in_ring_3(Mode::Protected);
    raise(6);
    EXPECT_EQ(vector(), 6u) << "an exception needs none";
}

TEST_F(SoftDelivery, TheStackOfTheTaskIsChecked)
{
    constexpr std::uint32_t kExt = 1;
    struct Case {
        std::uint16_t selector;
        std::uint32_t code;
    };
    for (const Case& bad : {Case{0, 0}, {0x12, 0x10}, {0x23, 0x20}, {8, 8}, {0x100, 0x100}}) {
        start_in_ring_3(Mode::Protected);
        guest.store<std::uint16_t>(kTss + 8, bad.selector);
        EXPECT_EQ(std::get<exits::Shutdown>(*raise(6).end).registers_lost, false) << "#TS has no stack either";
        start_in_ring_3(Mode::Protected);
        // #TS by a task gate would have one; here by a handler in the same ring.
        gate(10, (kHandlers + 10) | 0x18ull << 16 | kPresentGate);
        guest.store<std::uint16_t>(kTss + 8, bad.selector);
        raise(6);
        EXPECT_EQ(instead(), (Instead{10, bad.code | kExt})) << bad.selector;
    }
}

TEST_F(SoftDelivery, ContributoryFaultsDouble)
{
    start(Mode::Protected);
    gate(13, 0);
    raise(13, 0);
    EXPECT_EQ(instead(), (Instead{8, 0}));
    EXPECT_EQ(pushed<std::uint32_t>(1), kGoBack);
    start(Mode::Protected);
    gate(14, 0);
    raise(14, 2);
    EXPECT_EQ(instead(), (Instead{8, 0})) << "a page fault and a contributory one";
    start(Mode::Protected);
    gate(6, 0);
    raise(6);
    EXPECT_EQ(vector(), 13u) << "a benign one and then another: one after the other";
    start(Mode::Protected);
    gate(8, 0);
    gate(13, 0);
    EXPECT_TRUE(std::holds_alternative<exits::Shutdown>(*raise(13, 0).end));
    EXPECT_EQ(guest.registers().rip, kGoBack) << "nothing has changed";
    EXPECT_EQ(guest.registers().rsp, kStack);
}

TEST_F(SoftDelivery, PageFaultWhileDeliveringAPageFaultDoubles)
{
    start(Mode::Long);
    auto registers = guest.registers();
    registers.rsp = 0x4000'0000;  // not mapped
    guest.vcpu().set_registers(registers);
    EXPECT_TRUE(std::holds_alternative<exits::Shutdown>(*raise(14, 0).end));
    EXPECT_EQ(guest.vcpu().system_registers().cr2, 0x4000'0000u - 8);

    start(Mode::Long);
    guest.vcpu().set_registers(registers);
    guest.store<std::uint64_t>(36, 0xB000);  // IST1 of the TSS at 0
    gate(8, (kHandlers + 8) | kCode0 | kPresentGate | 1ull << 32);
    raise(14, 0);
    EXPECT_EQ(vector(), 8u);
    EXPECT_EQ(pushed<std::uint64_t>(4), 0x4000'0000u);
}

TEST_F(SoftDelivery, FromVirtual8086Mode)
{
    start_in_ring_3(Mode::Protected);
    auto registers = guest.registers();
    registers.rflags |= Rflags::VM;
    auto system = guest.vcpu().system_registers();
    system.ds.selector = 0x1111;
    system.gs.selector = 0x4444;
    guest.vcpu().set_system_registers(system);
    guest.vcpu().set_registers(registers);
    raise(6);
    EXPECT_EQ(guest.registers().rsp, kRing0Stack - 36);
    EXPECT_TRUE(Flags<Rflags>{pushed<std::uint32_t>(2)}.has(Rflags::VM));
    EXPECT_EQ(pushed<std::uint32_t>(6), 0x1111u);
    EXPECT_EQ(pushed<std::uint32_t>(8), 0x4444u);
    EXPECT_FALSE(guest.registers().rflags.has(Rflags::VM));
    EXPECT_TRUE(guest.vcpu().system_registers().ds.unusable);
}

TEST_F(SoftDelivery, WhereThereIsNoMemoryTheEngineSaysSo)
{
    start(Mode::Protected);
    auto system = guest.vcpu().system_registers();
    system.idt.base = 0x8000'0000;
    guest.vcpu().set_system_registers(system);
    const auto end = raise(6).end;
    EXPECT_EQ(std::get<exits::CannotExecute>(*end).reason,
              "the processor needs 0x80000030 to deliver #UD invalid opcode, and there is no memory");
    EXPECT_EQ(guest.registers().rip, kGoBack);
}

}  // namespace
}  // namespace husk
