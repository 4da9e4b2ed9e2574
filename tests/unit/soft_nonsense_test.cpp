// States that no processor is ever in, as a host may set them by mistake: the software engine takes them, and whatever its guest
// then does, run() comes back. KVM refuses most of them.
#include "engine/soft/vm.hpp"
#include "support/engine_guest.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>

namespace husk {
namespace {

namespace exits = engine::exits;
using x86::Mode;
using x86::SystemRegisters;

constexpr std::array kModes{Mode::Real, Mode::Protected, Mode::Paged, Mode::Long};

class SoftNonsense : public testing::Test {
protected:
    /// Changes the state of a guest in each mode, runs it, and reads its registers.
    void runs_with(const std::function<void(x86::State&)>& change)
    {
        for (const Mode mode : kModes) {
            // push rax; mov [rbx], eax; int 0x80; a far return
            guest.start(mode, {0x50, 0x89, 0x03, 0xCD, 0x80, 0xCB, 0xF4});
            x86::State state{guest.registers(), guest.vcpu().system_registers()};
            change(state);
            guest.vcpu().set_system_registers(state.system);
            guest.vcpu().set_registers(state.registers);
            constexpr unsigned kMostExits = 20;
            const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds{20};  // many run in circles
            for (unsigned i = 0; i < kMostExits; ++i) {
                const engine::Exit exit = guest.run(deadline);
                if (std::holds_alternative<exits::Shutdown>(exit) || std::holds_alternative<exits::Interrupted>(exit)) break;
            }
            static_cast<void>(guest.registers());
            static_cast<void>(guest.vcpu().system_registers());
        }
    }
    void runs_with_system(const std::function<void(SystemRegisters&)>& change)
    {
        runs_with([&](x86::State& state) { change(state.system); });
    }

    test::EngineGuest guest{soft::make_vm()};
};

TEST_F(SoftNonsense, LongModeWithoutPaging)
{
    runs_with_system([](SystemRegisters& system) { system.efer = system.efer | x86::Efer::LMA; });
    runs_with_system([](SystemRegisters& system) {
        system.efer = system.efer | x86::Efer::LMA;
        system.cr0 = x86::Cr0::ET;
        system.cs.long_code = true;
    });
}

TEST_F(SoftNonsense, PagingWithoutProtection)
{
    runs_with_system([](SystemRegisters& system) { system.cr0 = x86::Cr0::PG | x86::Cr0::ET; });
}

TEST_F(SoftNonsense, CodeOf64And32BitsAtOnce)
{
    runs_with_system([](SystemRegisters& system) { system.cs.long_code = system.cs.big = true; });
}

TEST_F(SoftNonsense, Virtual8086Everywhere)
{
    runs_with([](x86::State& state) { state.registers.rflags |= x86::Rflags::VM; });
}

TEST_F(SoftNonsense, PrivilegeLevelsThatDoNotAgree)
{
    for (std::uint8_t level = 1; level < 4; ++level) {
        runs_with_system([level](SystemRegisters& system) { system.ss.dpl = level; });
        runs_with_system([level](SystemRegisters& system) { system.cs.dpl = level; });
        runs_with_system([level](SystemRegisters& system) { system.cs.selector |= level; });
    }
}

TEST_F(SoftNonsense, ControlBitsThatNobodyKnows)
{
    runs_with_system([](SystemRegisters& system) { system.cr4 = Flags<x86::Cr4>{~0ull}; });
    runs_with_system([](SystemRegisters& system) { system.cr0 = Flags<x86::Cr0>{~0ull}; });
    runs_with_system([](SystemRegisters& system) { system.efer = Flags<x86::Efer>{~0ull}; });
    runs_with_system([](SystemRegisters& system) { system.cr3 = ~0ull; });
    runs_with([](x86::State& state) { state.registers.rflags = Flags<x86::Rflags>{~0ull}; });
}

TEST_F(SoftNonsense, SegmentsOfNoKind)
{
    for (std::uint8_t type = 0; type < 16; ++type) {
        runs_with_system([type](SystemRegisters& system) {
            for (auto* each : {&system.cs, &system.ss, &system.ds, &system.tr, &system.ldt}) each->type = type;
        });
    }
    runs_with_system([](SystemRegisters& system) { system.cs = {}; });
    runs_with_system([](SystemRegisters& system) { system.ss = system.ds = system.tr = system.ldt = {}; });
    runs_with_system([](SystemRegisters& system) { system.cs.base = system.ss.base = ~0ull - 3; });
}

TEST_F(SoftNonsense, AddressesThatAreNotCanonical)
{
    for (const std::uint64_t at : {0x0000'8000'0000'0000ull, 0xFFFF'7FFF'FFFF'FFFFull, ~0ull, ~0ull - 14}) {
        runs_with([at](x86::State& state) { state.registers.rip = at; });
        runs_with([at](x86::State& state) { state.registers.rsp = state.registers.rbx = at; });
        runs_with_system([at](SystemRegisters& system) { system.gdt.base = system.idt.base = system.tr.base = at; });
    }
}

}  // namespace
}  // namespace husk
