#include "engine/soft/cpu_features.hpp"

#include "engine/soft/vm.hpp"
#include "x86/modes.hpp"

#include <husk/memory.hpp>

#include <array>
#include <stdexcept>
#include <variant>

namespace husk::soft {

namespace {

constexpr GuestPhys kCode{0x1000};
constexpr std::uint64_t kStack = 0x8000;

/// A guest that is asked for a leaf at a time.
class Asked {
public:
    Asked()
    {
        constexpr std::array kCpuidHalt{std::byte{0x0F}, std::byte{0xA2}, std::byte{0xF4}};
        memory_.write(kCode, kCpuidHalt);
        vm_->map(memory_);
        vm_->vcpu().set_system_registers(start_.system);
    }

    std::array<std::uint32_t, 4> answer(std::uint32_t leaf, std::uint32_t subleaf)
    {
        engine::Vcpu& vcpu = vm_->vcpu();
        x86::Registers registers = start_.registers;
        registers.rax = leaf;
        registers.rcx = subleaf;
        vcpu.set_registers(registers);
        const engine::Entered entered{vcpu, engine::kNever};
        if (!std::holds_alternative<engine::exits::Halt>(vcpu.run())) throw std::logic_error{"CPUID is not emulated"};
        registers = vcpu.registers();
        return {static_cast<std::uint32_t>(registers.rax), static_cast<std::uint32_t>(registers.rbx),
                static_cast<std::uint32_t>(registers.rcx), static_cast<std::uint32_t>(registers.rdx)};
    }

private:
    std::array<MemoryRegion, 1> regions_{MemoryRegion{.base = {}, .size = 64_KiB}};
    GuestMemory memory_{regions_};
    x86::State start_ = x86::protected_mode(kCode.value, kStack);
    std::unique_ptr<engine::Vm> vm_ = make_vm();
};

x86::CpuFeatures ask()
{
    constexpr std::uint32_t kExtended = 0x8000'0000;
    Asked asked;
    const std::uint32_t last = asked.answer(0, 0)[0], last_extended = asked.answer(kExtended, 0)[0];
    x86::CpuFeatures features;
    for (std::size_t i = 0; i < x86::kFeatureWords.size(); ++i) {
        const auto& word = x86::kFeatureWords[i];
        // Beyond the last a processor answers what it likes.
        if (word.leaf <= (word.leaf < kExtended ? last : last_extended))
            features.words[i] = asked.answer(word.leaf, word.subleaf)[static_cast<std::size_t>(word.in)];
    }
    return features;
}

}  // namespace

const x86::CpuFeatures& cpu_features()
{
    static const x86::CpuFeatures features = ask();
    return features;
}

}  // namespace husk::soft
