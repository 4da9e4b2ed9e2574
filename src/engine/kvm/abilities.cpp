#include "engine/kvm/abilities.hpp"

#include "engine/kvm/vcpu.hpp"
#include "engine/kvm/vm.hpp"
#include "x86/modes.hpp"
#include "x86/tables.hpp"

#include <husk/memory.hpp>

#include <array>
#include <variant>

namespace husk::kvm {

namespace {

constexpr GuestPhys kCode{0x1000};
constexpr GuestPhys kTables{0x2000};
constexpr std::uint64_t kMemory = 64_KiB;

template <std::size_t Size>
constexpr std::array<std::byte, Size> code(const unsigned char (&bytes)[Size])
{
    std::array<std::byte, Size> result{};
    for (std::size_t i = 0; i < Size; ++i) result[i] = static_cast<std::byte>(bytes[i]);
    return result;
}

/// True if `program`, started in `state`, gets as far as its HLT.
bool halts(Kernel& kernel, const x86::State& state, const x86::Tables& tables, std::span<const std::byte> program)
{
    const std::array regions{MemoryRegion{.base = {}, .size = kMemory}};
    GuestMemory memory{regions};
    memory.write(kCode, program);
    for (const auto& entry : tables.entries)
        memory.write(entry.at, std::as_bytes(std::span{&entry.value, 1}).first(tables.entry_size));

    Vm vm{std::make_shared<System>(kernel)};
    vm.map(memory);
    engine::Vcpu& vcpu = vm.vcpu();
    vcpu.set_system_registers(state.system);
    vcpu.set_registers(state.registers);
    engine::Entered entered{vcpu, std::chrono::steady_clock::now() + std::chrono::seconds{5}};
    return std::holds_alternative<engine::exits::Halt>(vcpu.run());
}

constexpr std::array kExtents{x86::Extent{0, kMemory}};

bool pages_outside_long_mode(Kernel& kernel)
{
    static constexpr auto kHalt = code({0xF4});  // hlt
    const x86::Tables tables = x86::identity_map_32(kTables, kExtents);
    return halts(kernel, x86::paged_mode(kCode.value, kMemory, tables.root), tables, kHalt);
}

bool runs_ring0_natively(Kernel& kernel)
{
    // x87 arithmetic is in every x86-64 processor and in no version of KVM's instruction emulator.
    static constexpr auto kFloat = code({0xD9, 0xE8,  // fld1
                                         0xD8, 0xC0,  // fadd st0, st0
                                         0xDD, 0xD8,  // fstp st0
                                         0xF4});      // hlt
    const x86::Tables tables = x86::identity_map_long(kTables, kExtents);
    return halts(kernel, x86::long_mode(kCode.value, kMemory, tables.root), tables, kFloat);
}

}  // namespace

Abilities probe(Kernel& kernel)
{
    return {.native_ring0 = runs_ring0_natively(kernel), .paging_outside_long_mode = pages_outside_long_mode(kernel)};
}

const Abilities& abilities()
{
    static const Abilities found = probe(Kernel::host());
    return found;
}

}  // namespace husk::kvm
