#include "engine/soft/vcpu.hpp"

#include "engine/accesses.hpp"
#include "engine/soft/cpu/delivery.hpp"
#include "engine/soft/cpu/linear.hpp"
#include "engine/soft/decode/invalid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace husk::soft {

namespace {

namespace exits = engine::exits;

// #DF, #TS, #NP, #SS, #GP, #PF, #AC, #CP. SDM Vol. 3A, "Exception and Interrupt Vectors" (6.3).
constexpr std::uint32_t kWithErrorCode = 1u << 8 | 1u << 10 | 1u << 11 | 1u << 12 | 1u << 13 | 1u << 14 | 1u << 17 | 1u << 21;

}  // namespace

Vcpu::Vcpu(const Memory& memory, bool exact)
    : memory_{memory}, alarm_{[this] { emulator_.stop_soon(); }}, emulator_{memory, alarm_.wanted(), exact}
{}

void Vcpu::enter(engine::Deadline deadline)
{
    // Between runs the memory is the host's to write.
    emulator_.forget_code();
    alarm_.enter(deadline);
}

engine::Exit Vcpu::run()
{
    finish();
    if (ready_) return *std::exchange(ready_, std::nullopt);
    for (;;) {
        if (alarm_.take()) return exits::Interrupted{};
        if (auto exit = go_on()) return *std::move(exit);
    }
}

void Vcpu::settle()
{
    finish();
}

Vcpu::Result Vcpu::go_on()
{
    if (debug_.step) return debug_step();
    return emulator_.traps() ? slow() : on(emulator_.run());
}

Vcpu::Result Vcpu::on(Emulator::Event event)
{
    using Came = Emulator::Event;
    switch (event) {
        case Came::Stopped: return std::nullopt;
        case Came::Site: return at_site();
        case Came::Slow: return slow();
        case Came::Stepped: return written();
        case Came::Access: return access();
        case Came::Halted: return exits::Halt{};
        case Came::Raised: return raised();
        case Came::Invalid: return invalid();
        case Came::Denied: return memory_fault();
        case Came::NoCode:
            return exits::CannotExecute{
                fmt::format("instruction fetch from {:#x}, where there is no memory", emulator_.no_code().value)};
        case Came::Lost: break;
    }
    return exits::CannotExecute{"the software engine lost track of the guest at an access to a device"};
}

/// Unicorn tells the page; where in it is found out from the instruction.
engine::Exit Vcpu::memory_fault()
{
    repair_.reset();
    const auto& [page, write] = emulator_.denied();
    const auto [registers, system] = state();
    const Linear linear{memory_, system};
    std::array<std::byte, kLongestInstruction> bytes{};
    std::vector<engine::MemoryAccess> places{{.at = system.cs.base + registers.rip}};
    if (x86::bits_of_code(system) == 64)
        std::ranges::copy(engine::accesses_of(emulator_.code_at_hand(bytes), registers, system.fs.base, system.gs.base),
                          std::back_inserter(places));
    for (const engine::MemoryAccess& place : places) {
        const auto at = linear.physical(place.at);
        if (at && at->value / kPageSize == page.value / kPageSize && place.write == write)
            return exits::MemoryFault{.at = at, .write = write};
    }
    return exits::MemoryFault{.at = page, .write = write};
}

/// Executes one instruction, also one at a site if that may go `through`.
Vcpu::Result Vcpu::step(bool through)
{
    through_ = through;
    const auto event = emulator_.step(through);
    if (loaded_nothing(event)) return raise(x86::kProtectionFault);
    return on(event);
}

/// The instruction is done, and may have written to a port.
Vcpu::Result Vcpu::written()
{
    repair();
    const auto out = std::exchange(emulator_.accesses().fresh(), std::nullopt);
    emulator_.accesses().clear();
    if (!out) return std::nullopt;
    data_ = out->data;
    return exits::PortOut{static_cast<std::uint16_t>(out->at), out->size, std::span{data_}.first(out->size)};
}

/// The instruction waits for a device.
Vcpu::Result Vcpu::access()
{
    const Access& wanted = *emulator_.accesses().fresh();
    pending_ = Pending::Access;
    data_ = wanted.data;
    const auto data = std::span{data_}.first(wanted.size);
    switch (wanted.kind) {
        case Access::Kind::Read: return exits::MmioRead{GuestPhys{wanted.at}, data};
        case Access::Kind::Write: return exits::MmioWrite{GuestPhys{wanted.at}, data};
        case Access::Kind::PortIn: return exits::PortIn{static_cast<std::uint16_t>(wanted.at), wanted.size, data};
        case Access::Kind::PortOut: break;
    }
    return exits::PortOut{static_cast<std::uint16_t>(wanted.at), wanted.size, data};
}

Vcpu::Result Vcpu::raised()
{
    const Emulator::Raised raised = emulator_.raised();
    if (raised.vector == x86::kDebugException) repair();
    x86::Exception exception{.vector = raised.vector};
    exception.has_error_code = raised.vector < 32 && (kWithErrorCode >> raised.vector & 1) != 0;
    if (exception.has_error_code) exception.error_code = raised.error_code;
    if (exception.vector == x86::kPageFault) exception.address = emulator_.system_registers().cr2;
    return raise(exception);
}

/// Unicorn knows no such instruction.
Vcpu::Result Vcpu::invalid()
{
    const auto system = emulator_.system_registers();
    std::array<std::byte, kLongestInstruction> bytes{};
    if (auto reason = lacks(disassembler_, emulator_.code_at_hand(bytes), system)) return exits::CannotExecute{*std::move(reason)};
    return raise({.vector = x86::kInvalidOpcode});
}

Vcpu::Result Vcpu::raise(const x86::Exception& exception)
{
    return deliver(event_of(exception, emulator_.registers().rip));
}

Vcpu::Result Vcpu::deliver(const Event& event)
{
    emulator_.accesses().clear();
    repair_.reset();
    Delivered delivered = soft::deliver(memory_, state(), emulator_.privilege(), event);
    for (const auto& [at, size] : delivered.written) emulator_.forget_code(at, size);
    emulator_.set_system_registers(delivered.state.system);
    emulator_.set_registers(delivered.state.registers);
    return std::move(delivered.end);
}

void Vcpu::set_registers(const x86::Registers& registers)
{
    forget_pending();
    emulator_.set_registers(registers);
}

void Vcpu::set_system_registers(const x86::SystemRegisters& system)
{
    forget_pending();
    emulator_.set_system_registers(system);
}

void Vcpu::forget_pending()
{
    emulator_.accesses().clear();
    pending_ = Pending::Nothing;
    repair_.reset();
    ready_.reset();
}

}  // namespace husk::soft
