#pragma once

#include "engine/soft/alarm.hpp"
#include "engine/soft/emulator.hpp"
#include "engine/soft/port_instruction.hpp"
#include "engine/soft/unsafe.hpp"
#include "engine/vm.hpp"

#include <optional>
#include <vector>

namespace husk::soft {

/// A processor that Unicorn emulates.
class Vcpu final : public engine::Vcpu {
public:
    explicit Vcpu(const GuestMemory& memory);

    void enter(engine::Deadline deadline) override;
    void leave() noexcept override { alarm_.leave(); }
    engine::Exit run() override;
    void settle() override;
    void kick() noexcept override { alarm_.kick(); }

    x86::Registers registers() override { return emulator_.registers(); }
    void set_registers(const x86::Registers& registers) override;
    x86::SystemRegisters system_registers() override { return emulator_.system_registers(); }
    void set_system_registers(const x86::SystemRegisters& system) override;

private:
    using Result = std::optional<engine::Exit>;  ///< nothing: go on with the guest

    /// What the guest waits for. The span of the last exit is its `data`.
    enum class Pending { Nothing, PortIn, Access };

    Result go_on();
    Result on(Emulator::Event event);
    Result at_site();
    Result step(bool through = false);
    Result access();
    Result written();
    Result unsafe(const Unsafe& instruction);
    Result port(const PortInstruction& instruction);
    Result raised();
    Result invalid();
    engine::Exit exception(std::uint8_t vector, std::uint32_t error_code);
    bool may_use(const x86::Registers& registers, const x86::SystemRegisters& system, std::uint16_t number, unsigned width);
    void pass(x86::Registers& registers, std::uint8_t size);
    void finish();

    const GuestMemory& memory_;
    Alarm alarm_;
    Emulator emulator_;
    Pending pending_ = Pending::Nothing;
    bool through_ = false;  ///< Pending::Access: the instruction is one at a site
    std::array<std::byte, 8> data_{};
    std::uint8_t width_ = 0;
    Result ready_;  ///< an exit that settle() came upon
};

}  // namespace husk::soft
