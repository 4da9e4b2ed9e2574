#pragma once

#include "engine/vcpu.hpp"

#include <vector>

namespace husk::test {

/// A processor that keeps its registers and runs nothing.
class StubVcpu : public engine::Vcpu {
public:
    void enter(engine::Deadline) override {}
    void leave() noexcept override {}
    engine::Exit run() override { return engine::exits::Halt{}; }
    void settle() override {}
    void kick() noexcept override {}
    x86::Registers registers() override { return registers_; }
    void set_registers(const x86::Registers& registers) override { registers_ = registers; }
    x86::SystemRegisters system_registers() override { return system_; }
    void set_system_registers(const x86::SystemRegisters& system) override { system_ = system; }
    std::uint64_t fs_base() override { return system_.fs.base; }
    void set_fs_base(std::uint64_t base) override { system_.fs.base = base; }
    std::uint64_t gs_base() override { return system_.gs.base; }
    void set_gs_base(std::uint64_t base) override { system_.gs.base = base; }
    x86::ModelRegisters model_registers() override { return model_; }
    void set_model_registers(const x86::ModelRegisters& model) override { model_ = model; }
    void set_system_call_entry(std::uint64_t lstar, std::uint64_t fmask) override
    {
        model_.lstar = lstar;
        model_.fmask = fmask;
    }
    std::uint64_t supported_xcr0() override { return model_.xcr0; }
    std::vector<std::byte> vector_state() override { return state_; }
    std::size_t vector_state_size() override { return state_.size(); }
    bool set_vector_state(std::span<const std::byte> image) override
    {
        state_.assign(image.begin(), image.end());
        return true;
    }
    bool accepts_vector_state(std::span<const std::byte> image) override { return image.size() == state_.size(); }
    engine::DebugAbilities debug_abilities() override { return {}; }
    void set_debug(const engine::DebugRequest&) override {}
    bool use_host_tsc() override { return false; }

private:
    static constexpr std::size_t kStateSize = 576;

    x86::Registers registers_;
    x86::SystemRegisters system_;
    x86::ModelRegisters model_;
    std::vector<std::byte> state_ = std::vector<std::byte>(kStateSize);
};

}  // namespace husk::test
