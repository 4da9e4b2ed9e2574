#include "machine/processor_state.hpp"

#include "x86/vector_state.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <utility>

namespace husk::machine {

namespace {

[[noreturn]] void refuse(std::string_view what)
{
    throw Error{"the machine's state", ENOTSUP, what};
}

/// Of `vectors`, what a processor with an area of `size` bytes can have: what is beyond it must not be in use.
std::vector<std::byte> fitting(std::vector<std::byte> vectors, std::size_t size, std::uint64_t supported)
{
    if (vectors.size() < x86::VectorState::kLegacySize) refuse("its vector registers are incomplete");
    const auto used = x86::load_at<std::uint64_t>(vectors, x86::VectorState::kHeader);
    const std::uint64_t known = supported | x86::kX87State | x86::kSseState;
    if ((used & ~known) != 0)
        refuse(fmt::format("it uses vector registers (XSTATE_BV {:#x}) that this processor has not ({:#x})", used, known));
    vectors.resize(size);
    return vectors;
}

}  // namespace

MachineState state_of(engine::Vcpu& vcpu)
{
    return {.registers = vcpu.registers(),
            .system = vcpu.system_registers(),
            .model = vcpu.model_registers(),
            .vectors = vcpu.vector_state()};
}

void set_state(engine::Vcpu& vcpu, const MachineState& state)
{
    const std::uint64_t none = x86::ModelRegisters{}.xcr0;
    if (const std::uint64_t missing = state.model.xcr0 & ~(vcpu.supported_xcr0() | none); missing != 0)
        refuse(fmt::format("XCR0 is {:#x}, of which this processor has not {:#x}", state.model.xcr0, missing));
    const auto vectors = fitting(state.vectors, vcpu.vector_state_size(), vcpu.supported_xcr0());
    if (!vcpu.set_vector_state(vectors)) refuse("its vector registers hold what no processor accepts");
    vcpu.reset_system_registers(state.system);
    vcpu.set_model_registers(state.model);
    vcpu.set_registers(state.registers);
}

}  // namespace husk::machine
