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
    return std::visit(match{
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
                              return fmt::format("exception {} ({:#x}), address {:#x}", raised.exception.vector,
                                                 raised.exception.error_code, raised.exception.address);
                          },
                          [](const exits::CannotExecute& lack) { return lack.reason; },
                          [](const exits::Interrupted&) -> std::string { return "interrupted"; },
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
