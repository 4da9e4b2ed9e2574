// What this host's KVM can do for a debugger, by guests of a few instructions.
#include "engine/kvm/debug.hpp"
#include "engine/kvm/vcpu.hpp"
#include "engine/kvm/vm.hpp"
#include "x86/modes.hpp"
#include "x86/tables.hpp"

#include <husk/memory.hpp>

#include <array>
#include <variant>

namespace husk::kvm {

namespace {

constexpr GuestPhys kCode{0x1000}, kTables{0x2000}, kData{0x8000};
constexpr std::uint64_t kMemory = 64_KiB;
constexpr std::array kExtents{x86::Extent{0, kMemory}};
constexpr std::size_t kDebugRegisters = 4;

enum class Ring : std::uint8_t { Zero, Three };

/// A guest of 64-bit code, and how it leaves the first time.
class Probe {
public:
    Probe(Kernel& kernel, Ring ring, std::span<const std::byte> code) : vm_{std::make_shared<System>(kernel)}
    {
        memory_.write(kCode, code);
        x86::Tables tables = x86::identity_map_long(kTables, kExtents);
        x86::State state = x86::long_mode(kCode.value, kMemory, tables.root);
        if (ring == Ring::Three) make_user(tables, state);
        for (const auto& entry : tables.entries)
            memory_.write(entry.at, std::as_bytes(std::span{&entry.value, 1}).first(tables.entry_size));
        vm_.map(memory_);
        state.registers.rbx = kData.value;
        vm_.vcpu().set_system_registers(state.system);
        vm_.vcpu().set_registers(state.registers);
    }

    /// True if it leaves for the debugger, and that at `rip`.
    bool leaves_at(const engine::DebugRequest& request, GuestPhys rip)
    {
        vm_.vcpu().set_debug(request);
        const engine::Entered entered{vm_.vcpu(), std::chrono::steady_clock::now() + std::chrono::seconds{5}};
        return std::holds_alternative<engine::exits::Debug>(vm_.vcpu().run()) && vm_.vcpu().registers().rip == rip.value;
    }

private:
    static void make_user(x86::Tables& tables, x86::State& state)
    {
        constexpr std::uint16_t kUserCode = 0x1B, kUserData = 0x23;
        constexpr std::uint8_t kUser = 3;
        for (auto& entry : tables.entries) entry.value |= Flags<x86::PageBit>{x86::PageBit::USER}.word();
        state.system.cs.dpl = kUser;
        state.system.cs.selector = kUserCode;
        for (auto* data : {&state.system.ss, &state.system.ds, &state.system.es}) {
            data->dpl = kUser;
            data->selector = kUserData;
        }
    }

    std::array<MemoryRegion, 1> regions_{MemoryRegion{.base = {}, .size = kMemory}};
    GuestMemory memory_{regions_};
    Vm vm_;
};

constexpr std::array kTrapInstruction{std::byte{0xCC}, std::byte{0xF4}};                          // int3; hlt
constexpr std::array kStore{std::byte{0x88}, std::byte{0x03}, std::byte{0x90}, std::byte{0xF4}};  // mov [rbx], al; nop; hlt
constexpr GuestPhys kAfterStore = kCode + 2;

}  // namespace

engine::DebugAbilities probe_debug(Kernel& kernel)
{
    using engine::Watch;
    engine::DebugAbilities found;
    const auto leaves = [&](Ring ring, std::span<const std::byte> code, const engine::DebugRequest& request, GuestPhys rip) {
        return Probe{kernel, ring, code}.leaves_at(request, rip);
    };
    const Watch execute{.at = kAfterStore.value}, write{.on = Watch::On::Write, .at = kData.value};
    if (leaves(Ring::Zero, kStore, {.watches = {execute}}, kAfterStore)) found.breakpoints = kDebugRegisters;
    if (leaves(Ring::Zero, kStore, {.watches = {write}}, kAfterStore)) found.data = kDebugRegisters;
    if (leaves(Ring::Three, kStore, {.watches = {execute}}, kAfterStore)) found.user_breakpoints = kDebugRegisters;
    if (leaves(Ring::Three, kStore, {.watches = {write}}, kAfterStore)) found.user_data = kDebugRegisters;
    found.trap_instructions = leaves(Ring::Zero, kTrapInstruction, {.trap_instructions = true}, kCode);
    if (!leaves(Ring::Three, kStore, {.step = true}, kAfterStore))
        found.no_user = "this host's KVM cannot stop code of ring 3 for a debugger (it virtualizes without VT-x or AMD-V)";
    return found;
}

const engine::DebugAbilities& debug_abilities()
{
    static const engine::DebugAbilities found = probe_debug(Kernel::host());
    return found;
}

}  // namespace husk::kvm
