// What a processor holds beside its general and system registers.
#include "engine/soft/vcpu.hpp"
#include "x86/vector_state.hpp"

#include <husk/error.hpp>

#include <cerrno>

namespace husk::soft {

void Vcpu::set_base(x86::Segment x86::SystemRegisters::*segment, std::uint64_t base)
{
    auto system = system_registers();
    (system.*segment).base = base;
    set_system_registers(system);
}

void Vcpu::set_system_call_entry(std::uint64_t lstar, std::uint64_t fmask)
{
    x86::ModelRegisters model = model_registers();
    model.lstar = lstar;
    model.fmask = fmask;
    set_model_registers(model);
}

void Vcpu::set_model_registers(const x86::ModelRegisters& model)
{
    if (model.xcr0 != x86::ModelRegisters{}.xcr0)
        throw Error{"software engine", EINVAL, "XCR0 of its processor cannot be set, and is 1"};
    emulator_.set_model_registers(model);
}

std::size_t Vcpu::vector_state_size()
{
    return x86::VectorState::kLegacySize;
}

bool Vcpu::accepts_vector_state(std::span<const std::byte> image)
{
    constexpr std::uint64_t kStates = x86::kX87State | x86::kSseState;
    return image.size() == vector_state_size() && x86::is_sound_vector_state(image, kStates, Emulator::kMxcsrMask);
}

bool Vcpu::set_vector_state(std::span<const std::byte> image)
{
    if (!accepts_vector_state(image)) return false;
    emulator_.set_vector_state(image);
    return true;
}

}  // namespace husk::soft
