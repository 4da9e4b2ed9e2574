#include "differential/runner.hpp"

#include "differential/places.hpp"
#include "support/engine_guest.hpp"

#include <array>
#include <chrono>
#include <stdexcept>

namespace husk::test {

namespace {

constexpr std::array kMemory{MemoryRegion{.base = {}, .size = places::kEnd}};
// No sequence runs long; one that does has failed.
constexpr std::chrono::seconds kPatience{30};

Ending::End end_of(const engine::Exit& exit)
{
    namespace exits = engine::exits;
    if (std::holds_alternative<exits::CannotExecute>(exit)) return Ending::End::CannotExecute;
    return std::holds_alternative<exits::Halt>(exit) ? Ending::End::Ended : Ending::End::Otherwise;
}

}  // namespace

Runner::Runner(std::unique_ptr<engine::Vm> vm) : memory_{kMemory}, vm_{std::move(vm)}
{
    vm_->map(memory_);
}

Ending Runner::run(const Sequence& sequence)
{
    const Code code = code_of(sequence);
    if (code.size() > places::kCodeEnd - places::kCode) throw std::length_error{"the sequence is too long"};
    const auto whole = memory_.window({}, places::kEnd).value();
    std::ranges::copy(sequence.memory, whole.begin());
    std::ranges::copy(code, whole.begin() + places::kCode);

    engine::Vcpu& vcpu = vm_->vcpu();
    vcpu.set_system_registers(sequence.start.system);
    vcpu.set_registers(sequence.start.registers);
    const engine::Entered entered{vcpu, std::chrono::steady_clock::now() + kPatience};
    const engine::Exit exit = vcpu.run();
    Ending ending{.end = end_of(exit), .exit = EngineGuest::describe(exit)};
    ending.state = {.registers = vcpu.registers(), .system = vcpu.system_registers()};
    ending.memory.assign(whole.begin(), whole.end());
    return ending;
}

}  // namespace husk::test
