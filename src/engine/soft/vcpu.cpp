#include "engine/soft/vcpu.hpp"

#include "engine/soft/debug_registers.hpp"
#include "engine/soft/invalid.hpp"
#include "engine/soft/io_permission.hpp"
#include "engine/soft/linear.hpp"

#include <fmt/format.h>

#include <utility>

namespace husk::soft {

namespace {

namespace exits = engine::exits;
using Event = Emulator::Event;

std::uint64_t low_bytes(unsigned count)
{
    return count == 8 ? ~0ull : (1ull << (8 * count)) - 1;
}

}  // namespace

Vcpu::Vcpu(const GuestMemory& memory) : memory_{memory}, alarm_{[this] { emulator_.stop(); }}, emulator_{memory, alarm_.wanted()} {}

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
    return emulator_.traps() ? step() : on(emulator_.run());
}

Vcpu::Result Vcpu::on(Event event)
{
    switch (event) {
        case Event::Stopped: return std::nullopt;
        case Event::Site: return at_site();
        case Event::Slow: return step();
        case Event::Stepped: return written();
        case Event::Access: return access();
        case Event::Halted: return exits::Halt{};
        case Event::Raised: return raised();
        case Event::Invalid: return invalid();
        case Event::NoCode:
            return exits::CannotExecute{
                fmt::format("instruction fetch from {:#x}, where there is no memory", emulator_.no_code().value)};
        case Event::Lost: break;
    }
    return exits::CannotExecute{"the software engine lost track of the guest at an access to a device"};
}

/// Executes one instruction, also one at a site if that may go `through`.
Vcpu::Result Vcpu::step(bool through)
{
    through_ = through;
    return on(emulator_.step(through));
}

/// The instruction is done, and may have written to a port.
Vcpu::Result Vcpu::written()
{
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

Vcpu::Result Vcpu::at_site()
{
    const auto system = emulator_.system_registers();
    const std::uint64_t at = system.cs.base + emulator_.registers().rip;
    std::array<std::byte, kLongestInstruction> bytes{};
    const std::span<const std::byte> code{bytes.data(), Linear{memory_, system}.read(at, bytes)};
    if (const auto instruction = decode_unsafe(code, x86::bits_of_code(system))) return unsafe(*instruction);
    const auto instruction = decode_port_instruction(code, x86::bits_of_code(system));
    if (!instruction) {
        emulator_.forget_site();
        return std::nullopt;
    }
    constexpr std::uint8_t kInvalidOpcode = 6;
    if (instruction->locked) return exception(kInvalidOpcode, 0);
    if (instruction->kind != PortInstruction::Kind::Halt) return port(*instruction);
    if (emulator_.privilege() != 0) return step(true);  // raises #GP
    auto registers = emulator_.registers();
    pass(registers, instruction->size);
    emulator_.set_registers(registers);
    return exits::Halt{};
}

/// Does what Unicorn must not.
Vcpu::Result Vcpu::unsafe(const Unsafe& instruction)
{
    constexpr std::uint8_t kDebug = 1, kInvalidOpcode = 6, kGeneralProtection = 13;
    if (instruction.kind != Unsafe::Kind::DebugRegister) return exception(kInvalidOpcode, 0);
    if (emulator_.privilege() != 0) return exception(kGeneralProtection, 0);
    auto registers = emulator_.registers();
    const auto system = emulator_.system_registers();
    const auto value = general_register(registers, instruction.source) & low_bytes(x86::bits_of_code(system) == 64 ? 8 : 4);
    const auto number = debug_register(instruction.debug_register, system);
    if (!number) return exception(kInvalidOpcode, 0);
    const auto stored = debug_register_value(*number, value);
    if (!stored) return exception(kGeneralProtection, 0);
    emulator_.set_debug_register(*number, *stored);
    pass(registers, instruction.size);
    emulator_.set_registers(registers);
    if (emulator_.traps()) return exception(kDebug, 0);
    return std::nullopt;
}

Vcpu::Result Vcpu::port(const PortInstruction& instruction)
{
    using Kind = PortInstruction::Kind;
    auto registers = emulator_.registers();
    const auto number = instruction.immediate ? std::uint16_t{*instruction.immediate} : static_cast<std::uint16_t>(registers.rdx);
    if (!may_use(registers, emulator_.system_registers(), number, instruction.width)) {
        constexpr std::uint8_t kGeneralProtection = 13;
        return exception(kGeneralProtection, 0);
    }
    const bool string = instruction.kind == Kind::StringIn || instruction.kind == Kind::StringOut;
    if (string || emulator_.traps()) return step(true);

    pass(registers, instruction.size);
    emulator_.set_registers(registers);
    width_ = instruction.width;
    std::memcpy(data_.data(), &registers.rax, sizeof registers.rax);
    const auto data = std::span{data_}.first(width_);
    if (instruction.kind == Kind::Out) return exits::PortOut{number, width_, data};
    pending_ = Pending::PortIn;
    return exits::PortIn{number, width_, data};
}

/// Moves the instruction pointer past an instruction of `size` bytes.
void Vcpu::pass(x86::Registers& registers, std::uint8_t size)
{
    const unsigned bits = x86::bits_of_code(emulator_.system_registers());
    registers.rip = (registers.rip + size) & low_bytes(bits / 8);
    registers.rflags = registers.rflags.without(x86::Rflags::RF);
}

bool Vcpu::may_use(const x86::Registers& registers, const x86::SystemRegisters& system, std::uint16_t number, unsigned width)
{
    return ports_open(registers, system, emulator_.privilege()) || ports_granted(Linear{memory_, system}, system.tr, number, width);
}

/// Takes the answer to the last exit and completes its instruction.
void Vcpu::finish()
{
    if (ready_) return;  // its instruction is not the host's to complete yet
    switch (std::exchange(pending_, Pending::Nothing)) {
        case Pending::Nothing: return;
        case Pending::PortIn: {
            auto registers = emulator_.registers();
            std::uint64_t value = 0;
            std::memcpy(&value, data_.data(), sizeof value);
            // 32-bit results clear the upper half of RAX, smaller ones leave the rest alone.
            const std::uint64_t mask = low_bytes(width_);
            registers.rax = (width_ == 4 ? 0 : registers.rax & ~mask) | (value & mask);
            emulator_.set_registers(registers);
            return;
        }
        case Pending::Access:
            emulator_.accesses().fresh()->data = data_;
            emulator_.accesses().answer();
            ready_ = step(through_);
    }
}

Vcpu::Result Vcpu::raised()
{
    emulator_.accesses().clear();
    const Emulator::Raised& raised = emulator_.raised();
    return exception(raised.vector, raised.software ? 0 : raised.error_code);
}

Vcpu::Result Vcpu::invalid()
{
    const auto system = emulator_.system_registers();
    const std::uint64_t at = system.cs.base + emulator_.registers().rip;
    std::array<std::byte, kLongestInstruction> bytes{};
    const std::span<const std::byte> code{bytes.data(), Linear{memory_, system}.read(at, bytes)};
    if (auto reason = lacks(code, system)) return exits::CannotExecute{*std::move(reason)};
    constexpr std::uint8_t kInvalidOpcode = 6;
    return exception(kInvalidOpcode, 0);
}

engine::Exit Vcpu::exception(std::uint8_t vector, std::uint32_t error_code)
{
    constexpr std::uint8_t kPageFault = 14;
    // #DF, #TS, #NP, #SS, #GP, #PF, #AC, #CP. SDM Vol. 3A, "Exception and Interrupt Vectors" (6.3).
    constexpr std::uint32_t kWithErrorCode = 1u << 8 | 1u << 10 | 1u << 11 | 1u << 12 | 1u << 13 | 1u << 14 | 1u << 17 | 1u << 21;
    const bool fault = !(emulator_.raised().software && emulator_.raised().vector == vector);
    x86::Exception exception{.vector = vector};
    exception.has_error_code = fault && vector < 32 && (kWithErrorCode >> vector & 1) != 0;
    if (exception.has_error_code) exception.error_code = error_code;
    if (vector == kPageFault) exception.address = emulator_.system_registers().cr2;
    return exits::Exception{exception};
}

void Vcpu::set_registers(const x86::Registers& registers)
{
    emulator_.accesses().clear();
    pending_ = Pending::Nothing;
    ready_.reset();
    emulator_.set_registers(registers);
}

void Vcpu::set_system_registers(const x86::SystemRegisters& system)
{
    emulator_.accesses().clear();
    pending_ = Pending::Nothing;
    ready_.reset();
    emulator_.set_system_registers(system);
}

}  // namespace husk::soft
