// What a processor holds beside its general and system registers.
#include "engine/soft/vcpu.hpp"
#include "x86/vector_state.hpp"

#include <husk/error.hpp>

#include <cerrno>

namespace husk::soft {

namespace {

[[noreturn]] void refuse(const char* what)
{
    throw Error{"software engine", ENOTSUP, what};
}

}  // namespace

void Vcpu::set_fs_base(std::uint64_t base)
{
    auto system = system_registers();
    system.fs.base = base;
    set_system_registers(system);
}

void Vcpu::set_gs_base(std::uint64_t base)
{
    auto system = system_registers();
    system.gs.base = base;
    set_system_registers(system);
}

x86::ModelRegisters Vcpu::model_registers()
{
    refuse("it gives no model-specific registers");
}

void Vcpu::set_model_registers(const x86::ModelRegisters&)
{
    refuse("it takes no model-specific registers");
}

std::uint64_t Vcpu::supported_xcr0()
{
    return x86::kX87State | x86::kSseState;
}

std::vector<std::byte> Vcpu::vector_state()
{
    refuse("it gives no vector registers");
}

std::size_t Vcpu::vector_state_size()
{
    return x86::VectorState::kLegacySize;
}

bool Vcpu::set_vector_state(std::span<const std::byte>)
{
    refuse("it takes no vector registers");
}

}  // namespace husk::soft
