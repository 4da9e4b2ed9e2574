#include "engine/soft/cpu/system_call.hpp"

#include "x86/descriptor.hpp"

namespace husk::soft {

namespace {

using x86::Rflags;

/// Both instructions load fixed segments of ring 0, whatever the tables hold.
void enter_ring_0(x86::SystemRegisters& system, std::uint16_t cs_selector, bool long_code)
{
    constexpr std::uint8_t kCodeType = x86::kCode | x86::kReadable | x86::kAccessed;
    constexpr std::uint8_t kDataType = x86::kWritable | x86::kAccessed;
    const x86::Selector cs = x86::Selector{cs_selector}.with_rpl(0);
    system.cs = x86::flat_segment(cs, kCodeType);
    system.cs.long_code = long_code;
    system.cs.big = !long_code;
    system.ss = x86::flat_segment({static_cast<std::uint16_t>(cs.value + 8)}, kDataType);
}

}  // namespace

tl::expected<x86::State, x86::Exception> system_call(const x86::State& state, const SystemCallRegisters& msrs, std::uint64_t next)
{
    constexpr unsigned kStarSyscall = 32;  // bits 47:32
    const bool in_64_bit_code = x86::bits_of_code(state.system) == 64;
    if (!in_64_bit_code || !state.system.efer.has(x86::Efer::SCE))
        return tl::unexpected{x86::Exception{.vector = x86::kInvalidOpcode}};

    x86::State after = state;
    auto& registers = after.registers;
    const auto flags = registers.rflags.without(Rflags::RF);
    registers.rcx = next;
    registers.r11 = flags.word();
    registers.rip = msrs.lstar;
    registers.rflags = flags.without(Flags<Rflags>{msrs.fmask}) | Rflags::One;
    enter_ring_0(after.system, static_cast<std::uint16_t>(msrs.star >> kStarSyscall), true);
    return after;
}

tl::expected<x86::State, x86::Exception> system_enter(const x86::State& state, const SystemCallRegisters& msrs)
{
    const x86::Selector cs{static_cast<std::uint16_t>(msrs.sysenter_cs)};
    if (!state.system.cr0.has(x86::Cr0::PE) || cs.null()) return tl::unexpected{x86::kProtectionFault};

    const bool long_mode = state.system.efer.has(x86::Efer::LMA);
    const std::uint64_t width = long_mode ? ~0ull : 0xFFFF'FFFF;
    x86::State after = state;
    after.registers.rip = msrs.sysenter_eip & width;
    after.registers.rsp = msrs.sysenter_esp & width;
    after.registers.rflags = after.registers.rflags.without(Rflags::VM | Rflags::IF | Rflags::RF);
    enter_ring_0(after.system, cs.value, long_mode);
    return after;
}

}  // namespace husk::soft
