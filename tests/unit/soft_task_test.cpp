// Task gates: an event that brings a whole set of registers.
#include "engine/soft/cpu/delivery.hpp"
#include "engine/soft/vm.hpp"
#include "support/engine_guest.hpp"

#include <gtest/gtest.h>

namespace husk {
namespace {

namespace exits = engine::exits;
using test::kGdt;
using test::kHandlers;
using test::kIdt;
using test::kStack;
using x86::Mode;
using x86::Rflags;

constexpr std::uint64_t kOldTss = 0xA000, kNewTss = 0xA200;
constexpr std::uint16_t kOldTask = 0x28, kNewTask = 0x30;
constexpr std::uint64_t kTaskGate = 0x8500ull << 32;
constexpr std::uint64_t kTaskStack = 0xB000;
constexpr std::uint64_t kGoBack = 0x1234;

std::uint64_t tss_descriptor(std::uint64_t base, std::uint64_t type)
{
    constexpr std::uint64_t kLimit = 0x67, kPresent = 1ull << 47;
    return kLimit | (base & 0xFF'FFFF) << 16 | type << 40 | kPresent;
}

class SoftTask : public testing::Test {
protected:
    SoftTask()
    {
        guest.start(Mode::Protected, {0xF4});
        guest.catch_exceptions();
        auto system = guest.vcpu().system_registers();
        system.gdt.limit = 7 * 8 - 1;
        system.tr = {.base = kOldTss, .limit = 0x67, .selector = kOldTask, .type = 11, .present = true};
        guest.store(kGdt + kOldTask, tss_descriptor(kOldTss, 11));
        guest.store(kGdt + kNewTask, tss_descriptor(kNewTss, 9));
        guest.store(kIdt + 8 * 8ull, std::uint64_t{kNewTask} << 16 | kTaskGate);
        task(0x20, kHandlers + 0x42);  // EIP
        task(0x24, 2);                 // EFLAGS
        task(0x28, 0xAAAA);            // EAX
        task(0x38, kTaskStack);        // ESP
        for (const std::uint32_t at : {0x48u, 0x50u, 0x54u, 0x58u, 0x5Cu}) task(at, 0x10);
        task(0x4C, 8);  // CS
        guest.vcpu().set_system_registers(system);
        auto registers = guest.registers();
        registers.rip = kGoBack;
        registers.rbx = 0xBBBB;
        guest.vcpu().set_registers(registers);
    }
    void task(std::uint32_t offset, std::uint64_t value) { guest.store(kNewTss + offset, static_cast<std::uint32_t>(value)); }
    soft::Delivered double_fault()
    {
        return soft::deliver(guest.memory(), {guest.registers(), guest.vcpu().system_registers()}, 0,
                             soft::event_of({.vector = 8, .has_error_code = true}, kGoBack));
    }

    test::EngineGuest guest{soft::make_vm()};
};

TEST_F(SoftTask, RegistersAreExchanged)
{
    const auto [state, end, written] = double_fault();
    EXPECT_FALSE(end);
    EXPECT_EQ(state.registers.rip, kHandlers + 0x42);
    EXPECT_EQ(state.registers.rax, 0xAAAAu);
    EXPECT_EQ(state.registers.rbx, 0u);
    EXPECT_EQ(state.registers.rsp, kTaskStack - 4);
    EXPECT_EQ(guest.load<std::uint32_t>(kTaskStack - 4), 0u) << "the error code";
    EXPECT_TRUE(state.registers.rflags.has(Rflags::NT));
    EXPECT_TRUE(state.system.cr0.has(x86::Cr0::TS));
    EXPECT_EQ(state.system.tr.selector, kNewTask);
    EXPECT_EQ(state.system.tr.type, 11) << "busy";
    EXPECT_EQ(guest.load<std::uint8_t>(kGdt + kNewTask + 5), 0x8B) << "in memory, too";
    EXPECT_EQ(guest.load<std::uint8_t>(kGdt + kOldTask + 5), 0x8B) << "and so is the old one still";
    EXPECT_EQ(guest.load<std::uint16_t>(kNewTss), kOldTask) << "the link back";
    EXPECT_EQ(guest.load<std::uint32_t>(kOldTss + 0x20), kGoBack);
    EXPECT_EQ(guest.load<std::uint32_t>(kOldTss + 0x34), 0xBBBBu);
    EXPECT_EQ(guest.load<std::uint32_t>(kOldTss + 0x38), kStack);
}

TEST_F(SoftTask, WhatTheNewTaskLacksIsAFaultInTheNewTask)
{
    task(0x54, 0x100);  // DS
    const auto delivered = double_fault();
    EXPECT_TRUE(std::holds_alternative<exits::Shutdown>(*delivered.end)) << "#TS while delivering #DF";
    EXPECT_EQ(delivered.state.system.tr.selector, kNewTask);
}

TEST_F(SoftTask, ATaskThatCannotBeSwitchedTo)
{
    guest.store(kGdt + kNewTask, tss_descriptor(kNewTss, 11));
    EXPECT_TRUE(double_fault().end) << "busy";
    guest.store(kGdt + kNewTask, tss_descriptor(kNewTss, 9) - 1);
    EXPECT_TRUE(double_fault().end) << "too short";
    guest.store(kGdt + kNewTask, tss_descriptor(kNewTss, 9) & ~(1ull << 47));
    EXPECT_TRUE(double_fault().end) << "not present";
    EXPECT_EQ(guest.load<std::uint32_t>(kOldTss + 0x20), 0u) << "nothing was saved";
}

TEST_F(SoftTask, IretReturnsToTheTaskThatWasInterrupted)
{
    // INT 8 (a task gate asks for privilege only) runs a task that is one IRET, and goes on behind it.
    guest.start(Mode::Protected, {0xCD, 8, 0xB8, 0x55, 0, 0, 0, 0xF4});  // int 8; mov eax, 0x55; hlt
    auto system = guest.vcpu().system_registers();
    system.gdt = {.base = kGdt, .limit = 7 * 8 - 1};
    system.idt = {.base = kIdt, .limit = 0x7FF};
    system.tr = {.base = kOldTss, .limit = 0x67, .selector = kOldTask, .type = 11, .present = true};
    guest.vcpu().set_system_registers(system);
    guest.store<std::uint8_t>(kHandlers + 0x42, 0xCF);  // iret
    guest.run_to<exits::Halt>();
    EXPECT_EQ(guest.registers().rip, test::kCode + 8);
    EXPECT_EQ(guest.registers().rax, 0x55u);
    EXPECT_EQ(guest.registers().rsp, kStack);
    EXPECT_EQ(guest.vcpu().system_registers().tr.selector, kOldTask);
    EXPECT_EQ(guest.load<std::uint8_t>(kGdt + kNewTask + 5), 0x89) << "no longer busy";
}

}  // namespace
}  // namespace husk
