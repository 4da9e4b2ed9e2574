#pragma once

#include "engine/soft/alarm.hpp"
#include "engine/soft/cpu/event.hpp"
#include "engine/soft/cpu/memory.hpp"
#include "engine/soft/cpu/string_port.hpp"
#include "engine/soft/decode/disassembler.hpp"
#include "engine/soft/decode/site_instruction.hpp"
#include "engine/soft/unicorn/emulator.hpp"
#include "engine/vm.hpp"

#include <array>
#include <optional>
#include <vector>

namespace husk::soft {

/// A processor that Unicorn emulates.
class Vcpu final : public engine::Vcpu {
public:
    /// `exact`: Emulator's.
    explicit Vcpu(const Memory& memory, bool exact = false);

    void enter(engine::Deadline deadline) override;
    void leave() noexcept override { alarm_.leave(); }
    engine::Exit run() override;
    void settle() override;
    void kick() noexcept override { alarm_.kick(); }

    x86::Registers registers() override { return emulator_.registers(); }
    void set_registers(const x86::Registers& registers) override;
    x86::SystemRegisters system_registers() override { return emulator_.system_registers(); }
    void set_system_registers(const x86::SystemRegisters& system) override;
    std::uint64_t fs_base() override { return system_registers().fs.base; }
    void set_fs_base(std::uint64_t base) override { set_base(&x86::SystemRegisters::fs, base); }
    std::uint64_t gs_base() override { return system_registers().gs.base; }
    void set_gs_base(std::uint64_t base) override { set_base(&x86::SystemRegisters::gs, base); }
    x86::ModelRegisters model_registers() override { return emulator_.model_registers(); }
    void set_model_registers(const x86::ModelRegisters& model) override;
    void set_system_call_entry(std::uint64_t lstar, std::uint64_t fmask) override;
    std::uint64_t supported_xcr0() override { return 0; }
    std::vector<std::byte> vector_state() override { return emulator_.vector_state(); }
    std::size_t vector_state_size() override;
    [[nodiscard]] bool accepts_vector_state(std::span<const std::byte> image) override;
    [[nodiscard]] bool set_vector_state(std::span<const std::byte> image) override;
    /// The host may have changed that memory, or what the guest may do with it.
    void forget_code(GuestPhys base, std::uint64_t size) { emulator_.forget_code_in(base, size); }
    bool use_host_tsc() override { return false; }
    engine::DebugAbilities debug_abilities() override;
    /// Without `trap_instructions`, and watches for Execute only.
    void set_debug(const engine::DebugRequest& request) override;

private:
    using Result = std::optional<engine::Exit>;  ///< nothing: go on with the guest

    /// What the guest waits for. The span of the last exit is its `data`.
    enum class Pending { Nothing, PortIn, StringIn, Access };

    Result go_on();
    Result debug_step();
    Result slow();
    Result on(Emulator::Event event);
    Result step(bool through = false);
    Result access();
    engine::Exit memory_fault();
    Result written();
    Result raised();
    Result invalid();
    /// Brings the guest to its handler. The instruction pointer is at the instruction that has to do with it.
    Result deliver(const Event& event);
    Result raise(const x86::Exception& exception);

    // What is executed here and not by Unicorn: execute.cpp
    Result at_site();
    Result checked_step();
    Result execute(const SiteInstruction& instruction);
    Result halt(const SiteInstruction& instruction);
    Result interrupt(const SiteInstruction& instruction);
    Result system_call(const SiteInstruction& instruction);
    Result cr8(const SiteInstruction& instruction);
    Result write_control(const SiteInstruction& instruction);
    Result msr(SiteInstruction::Kind kind);
    Result load_task();
    bool loaded_nothing(Emulator::Event event);
    Result write_debug(const SiteInstruction& instruction);
    Result port(const SiteInstruction& instruction);
    engine::Exit single(const SiteInstruction& instruction, std::uint16_t number);
    engine::Exit string(const StringRun& run, std::uint16_t number);
    // What Unicorn executes wrongly: repair.cpp
    Result loop_while(const SiteInstruction& instruction);
    Result with_repair(const SiteInstruction& instruction);
    void repair();
    void repair_exchange(const SiteInstruction& instruction, const x86::Registers& before);
    void repair_negation(const x86::Registers& before);
    bool may_use(const x86::Registers& registers, const x86::SystemRegisters& system, std::uint16_t number, unsigned width);
    void pass(x86::Registers& registers, std::uint8_t size);
    /// An instruction executed here leaves `registers`, and perhaps the trap that the guest asked for.
    Result done(const x86::Registers& registers);
    void finish();
    void take_port_in();
    void take_string_in();
    void forget_pending();
    void set_base(x86::Segment x86::SystemRegisters::*segment, std::uint64_t base);
    x86::State state() { return {emulator_.registers(), emulator_.system_registers()}; }

    const Memory& memory_;
    Alarm alarm_;
    Emulator emulator_;
    Disassembler disassembler_;
    Pending pending_ = Pending::Nothing;
    bool through_ = false;                   ///< Pending::Access: the instruction is one at a site
    std::optional<x86::State> before_load_;  ///< through_: the instruction is LTR
    std::array<std::byte, 8> data_{};
    std::uint8_t width_ = 0;
    StringRun run_;                  ///< Pending::StringIn
    std::vector<std::byte> string_;  ///< the items of a string IN or OUT
    /// An instruction under way whose result is to be put right, and the registers before it.
    struct Repair {
        SiteInstruction instruction;
        x86::Registers before;
    };
    std::optional<Repair> repair_;
    Result ready_;  ///< an exit that settle() came upon
    engine::DebugRequest debug_;
};

}  // namespace husk::soft
