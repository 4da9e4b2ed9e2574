#include "support/engine_guest.hpp"

#include "base/match.hpp"
#include "x86/modes.hpp"
#include "x86/tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

namespace husk::test {

namespace {

constexpr std::uint64_t kTables = 0x2000;
constexpr std::array kMapped{x86::Extent{0, 16_MiB}};

x86::Tables tables(x86::Mode mode)
{
    switch (mode) {
        case x86::Mode::Paged: return x86::identity_map_32(GuestPhys{kTables}, kMapped);
        case x86::Mode::Long: return x86::identity_map_long(GuestPhys{kTables}, kMapped);
        case x86::Mode::Real:
        case x86::Mode::Protected: break;
    }
    return {};
}

x86::State state(x86::Mode mode)
{
    switch (mode) {
        case x86::Mode::Real: return x86::real_mode(kCode, kStack);
        case x86::Mode::Protected: return x86::protected_mode(kCode, kStack);
        case x86::Mode::Paged: return x86::paged_mode(kCode, kStack, GuestPhys{kTables});
        case x86::Mode::Long: return x86::long_mode(kCode, kStack, GuestPhys{kTables});
    }
    throw std::invalid_argument{"no such mode"};
}

// Descriptors. SDM Vol. 3A, "Segment Descriptors" (3.4.5).
constexpr std::uint64_t kFlatCode = 0x008F'9B00'0000'FFFF, kFlatData = 0x00CF'9300'0000'FFFF, kRing3 = 3ull << 45,
                        kBig = 1ull << 54, kLongCode = 1ull << 53;

constexpr std::array kMemory{MemoryRegion{.base = {}, .size = 2_MiB}};

}  // namespace

std::vector<std::byte> code(std::initializer_list<unsigned> bytes)
{
    std::vector<std::byte> result;
    for (const unsigned byte : bytes) result.push_back(static_cast<std::byte>(byte));
    return result;
}

EngineGuest::EngineGuest(std::unique_ptr<engine::Vm> vm) : memory_{kMemory}, vm_{std::move(vm)}
{
    vm_->map(memory_);
}

void EngineGuest::start(x86::Mode mode, std::span<const std::byte> bytes)
{
    const x86::Tables built = tables(mode);
    for (const auto& [at, value] : built.entries) write(at.value, std::as_bytes(std::span{&value, 1}).first(built.entry_size));
    write(kCode, bytes);
    const x86::State start = state(mode);
    vcpu().set_system_registers(start.system);
    vcpu().set_registers(start.registers);
}

void EngineGuest::catch_exceptions()
{
    constexpr unsigned kVectors = 256;
    constexpr std::byte kHlt{0xF4};
    write(kHandlers, std::vector<std::byte>(kVectors, kHlt));
    auto system = vcpu().system_registers();
    const x86::Mode mode = x86::mode_of(system);
    constexpr std::uint64_t kInterruptGate = 0x8E00;
    constexpr std::uint64_t kCodeSelector = 8;
    const unsigned size = mode == x86::Mode::Real ? 4 : mode == x86::Mode::Long ? 16 : 8;
    const std::uint64_t table = mode == x86::Mode::Real ? 0 : kIdt;
    write(table, std::vector<std::byte>(std::size_t{kVectors} * size));
    for (unsigned vector = 0; vector < kVectors; ++vector) {
        const std::uint64_t handler = kHandlers + vector;
        const std::uint64_t entry = mode == x86::Mode::Real ? handler : handler | kCodeSelector << 16 | kInterruptGate << 32;
        write(table + std::uint64_t{vector} * size,
              std::as_bytes(std::span{&entry, 1}).first(std::min<std::size_t>(size, sizeof entry)));
    }
    const std::uint64_t width_of_code = mode == x86::Mode::Long ? kLongCode : kBig;
    const std::array<std::uint64_t, 5> gdt{0, kFlatCode | width_of_code, kFlatData, kFlatCode | kRing3 | width_of_code,
                                           kFlatData | kRing3};
    write(kGdt, std::as_bytes(std::span{gdt}));
    system.idt = {.base = table, .limit = static_cast<std::uint16_t>(kVectors * size - 1)};
    system.gdt = {.base = kGdt, .limit = sizeof gdt - 1};
    vcpu().set_system_registers(system);
}

void EngineGuest::to_ring_3()
{
    // Offsets: SDM Vol. 3A, "32-Bit TSS" (8.2.1), "64-Bit TSS" (8.7).
    constexpr std::uint64_t kStack0 = kTss + 4, kSs0 = kTss + 8, kBitmapPointer = kTss + 102;
    constexpr std::uint16_t kRing0Data = 0x10, kRing3Code = 0x1B, kRing3Data = 0x23;
    auto system = vcpu().system_registers();
    if (system.efer.has(x86::Efer::LMA)) {
        store(kStack0, kRing0Stack);
    } else {
        store(kStack0, static_cast<std::uint32_t>(kRing0Stack));
        store(kSs0, kRing0Data);
    }
    store(kBitmapPointer, static_cast<std::uint16_t>(kPortBitmap - kTss));
    store(kPortBitmap, ~0ull);
    system.tr.base = kTss;
    system.tr.limit = static_cast<std::uint32_t>(kPortBitmap - kTss) + 7;
    system.cs.dpl = system.ss.dpl = 3;
    system.cs.selector = kRing3Code;
    system.ss.selector = kRing3Data;
    vcpu().set_system_registers(system);
}

Caught EngineGuest::run_to_handler()
{
    run_to<engine::exits::Halt>();
    const auto state = registers();
    const std::uint64_t vector = state.rip - 1 - kHandlers;
    if (vector > 0xFF) throw std::runtime_error{fmt::format("halted at {:#x}, in no handler", state.rip - 1)};
    Caught caught{.vector = static_cast<unsigned>(vector), .error_code = {}};
    const x86::Mode mode = x86::mode_of(vcpu().system_registers());
    const unsigned width = mode == x86::Mode::Real ? 2 : mode == x86::Mode::Long ? 8 : 4;
    std::uint64_t at = state.rsp;
    const auto pop = [&] {
        std::uint64_t value = 0;
        const auto bytes = std::as_writable_bytes(std::span{&value, 1}).first(width);
        if (!memory_.read(GuestPhys{at}, bytes)) throw std::runtime_error{fmt::format("no memory for a frame at {:#x}", at)};
        at += width;
        return value;
    };
    constexpr std::uint32_t kWithErrorCode = 0x27D00;  // vectors 8, 10–14, 17
    if (mode != x86::Mode::Real && vector < 32 && (kWithErrorCode >> vector & 1) != 0)
        caught.error_code = static_cast<std::uint32_t>(pop());
    caught.rip = pop();
    caught.cs = pop();
    caught.rflags = pop();
    return caught;
}

void EngineGuest::write(std::uint64_t at, std::span<const std::byte> bytes)
{
    if (!memory_.write(GuestPhys{at}, bytes)) throw std::runtime_error{fmt::format("{:#x} is not memory", at)};
}

engine::Exit EngineGuest::run(engine::Deadline deadline)
{
    const engine::Entered entered{vcpu(), deadline};
    return vcpu().run();
}

void EngineGuest::settle()
{
    const engine::Entered entered{vcpu(), engine::kNever};
    vcpu().settle();
}

std::string EngineGuest::describe(const engine::Exit& exit)
{
    namespace exits = engine::exits;
    return std::visit(
        match{
            [](const exits::PortIn& io) { return fmt::format("IN of {} from {:#x}", io.data.size(), io.port); },
            [](const exits::PortOut& io) {
                return fmt::format("OUT of {} to {:#x}: {:#x}", io.data.size(), io.port, number(io.data));
            },
            [](const exits::MmioRead& io) { return fmt::format("read of {} at {:#x}", io.data.size(), io.at.value); },
            [](const exits::MmioWrite& io) {
                return fmt::format("write of {} at {:#x}: {:#x}", io.data.size(), io.at.value, number(io.data));
            },
            [](const exits::Halt&) -> std::string { return "HLT"; },
            [](const exits::Shutdown&) -> std::string { return "triple fault"; },
            [](const exits::Exception& raised) {
                return fmt::format("exception {} ({:#x}), address {:#x}", raised.exception.vector, raised.exception.error_code,
                                   raised.exception.address);
            },
            [](const exits::CannotExecute& lack) { return lack.reason; },
            [](const exits::MemoryFault& e) { return fmt::format("memory fault at {:#x}", e.at.value_or(GuestPhys{}).value); },
            [](const exits::Interrupted&) -> std::string { return "interrupted"; },
            [](const exits::Debug&) -> std::string { return "debug"; },
        },
        exit);
}

std::uint64_t number(std::span<const std::byte> data)
{
    std::uint64_t value = 0;
    std::memcpy(&value, data.data(), std::min(data.size(), sizeof value));
    return value;
}

void answer(std::span<std::byte> data, std::uint64_t value)
{
    std::memcpy(data.data(), &value, std::min(data.size(), sizeof value));
}

}  // namespace husk::test
