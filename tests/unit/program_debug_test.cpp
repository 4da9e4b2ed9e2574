// What `husk run --gdb` makes of signals and of registers that a debugger wants.
#include "program/debug/held_thread.hpp"
#include "program/debug/signal_numbers.hpp"
#include "program/space/layout.hpp"

#include <husk/error.hpp>

#include <gtest/gtest.h>

#include <csignal>

namespace husk::program {
namespace {

TEST(DebugSignals, AreNumberedAsGdbHasThem)
{
    EXPECT_EQ(gdb_signal(SIGSEGV), 11);
    EXPECT_EQ(gdb_signal(SIGBUS), 10);
    EXPECT_EQ(gdb_signal(SIGUSR1), 30);
    EXPECT_EQ(gdb_signal(SIGCHLD), 20);
    EXPECT_EQ(gdb_signal(32), 77);
    EXPECT_EQ(gdb_signal(33), 45);
    EXPECT_EQ(gdb_signal(63), 75);
    EXPECT_EQ(gdb_signal(64), 78);
    EXPECT_EQ(gdb_signal(SIGSTKFLT), 143) << "GDB has none for it";
}

TEST(DebugSignals, ComeBackAsTheyWent)
{
    for (int signal = 1; signal <= 64; ++signal) {
        if (signal != SIGSTKFLT) {
            EXPECT_EQ(linux_signal(gdb_signal(signal)), signal);
        }
    }
    for (const int number : {0, -1, 7, 29, 33, 76, 79, 143, 255, 1 << 20}) EXPECT_EQ(linux_signal(number), 0) << number;
}

MachineState state()
{
    MachineState made;
    made.registers.rip = 0x40'0000;
    made.registers.rflags = x86::Rflags::One | x86::Rflags::IF;
    return made;
}

TEST(DebugRegisters, FlagsOfTheSystemAreLeftAlone)
{
    MachineState wanted = state();
    constexpr std::uint64_t kPrivilege = 3u << 12, kZero = 1u << 6;
    wanted.registers.rflags = Flags<x86::Rflags>{kPrivilege | kZero};
    check_change(state(), wanted);
    EXPECT_EQ(wanted.registers.rflags.word(), (state().registers.rflags | x86::Rflags::ZF).word());
}

TEST(DebugRegisters, AddressesOfHusksAndSegmentsAreRefused)
{
    const auto refused = [](const auto& change) {
        MachineState wanted = state();
        change(wanted);
        EXPECT_THROW(check_change(state(), wanted), Error);
    };
    refused([](MachineState& wanted) { wanted.registers.rip = layout::kHusk; });
    refused([](MachineState& wanted) { wanted.registers.rip = ~std::uint64_t{0}; });
    refused([](MachineState& wanted) { wanted.registers.rsp = std::uint64_t{1} << 47; });
    refused([](MachineState& wanted) { wanted.system.fs.base = layout::kUserEnd; });
    refused([](MachineState& wanted) { wanted.system.gs.base = std::uint64_t{1} << 63; });
    refused([](MachineState& wanted) { wanted.system.cs.selector = 0x10; });
    refused([](MachineState& wanted) { wanted.system.cr3 = 0x1000; });
}

TEST(DebugRegisters, AnyOtherIsTaken)
{
    MachineState wanted = state();
    wanted.registers.rip = layout::kVdso;
    wanted.registers.rsp = 0;
    wanted.system.fs.base = layout::kUserEnd - 1;
    EXPECT_NO_THROW(check_change(state(), wanted));
}

}  // namespace
}  // namespace husk::program
