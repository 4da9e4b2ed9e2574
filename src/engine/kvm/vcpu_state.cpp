// What a processor holds beside its general and system registers.
#include "engine/kvm/msrs.hpp"
#include "engine/kvm/vcpu.hpp"
#include "x86/vector_state.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace husk::kvm {

std::uint64_t Vcpu::base(const Based& of)
{
    if ((run_->kvm_dirty_regs & KVM_SYNC_X86_SREGS) != 0) return (run_->s.regs.sregs.*of.segment).base;
    return read_msr(kernel_, fd(), of.msr);
}

void Vcpu::set_base(const Based& of, std::uint64_t base)
{
    // System registers on their way in the run page would overwrite it.
    if ((run_->kvm_dirty_regs & KVM_SYNC_X86_SREGS) != 0)
        (run_->s.regs.sregs.*of.segment).base = base;
    else
        write_msr(kernel_, fd(), of.msr, base);
}

x86::ModelRegisters Vcpu::model_registers()
{
    return read_model_registers(kernel_, fd());
}

void Vcpu::set_model_registers(const x86::ModelRegisters& model)
{
    // A request costs as much as an exit, and as at reset they are already.
    if (!std::exchange(processor_.model_set, true) && model == x86::ModelRegisters{}) return;
    write_model_registers(kernel_, fd(), model);
}

void Vcpu::set_system_call_entry(std::uint64_t lstar, std::uint64_t fmask)
{
    processor_.model_set = true;
    write_system_call_entry(kernel_, fd(), lstar, fmask);
}

std::vector<std::byte> Vcpu::read_xsave()
{
    const System& system = processors_.system();
    std::vector<std::byte> area(std::max<std::size_t>(system.xsave_size(), xstates_.size));
    call(kernel_, fd(), system.has_xsave2() ? kGetXsave2 : kGetXsave, *reinterpret_cast<XsaveArea*>(area.data()));
    return area;
}

std::vector<std::byte> Vcpu::vector_state()
{
    auto area = read_xsave();
    area.resize(xstates_.size);
    return area;
}

bool Vcpu::accepts_vector_state(std::span<const std::byte> image)
{
    const std::uint32_t mxcsr_mask = processors_.system().mxcsr_mask([this] { return read_xsave(); });
    const std::uint64_t states = xstates_.supported | x86::kX87State | x86::kSseState;
    return image.size() == xstates_.size && x86::is_sound_vector_state(image, states, mxcsr_mask);
}

bool Vcpu::set_vector_state(std::span<const std::byte> image)
{
    if (!accepts_vector_state(image)) return false;
    if (!std::exchange(processor_.vectors_set, true) && x86::is_initial_vector_state(image)) return true;
    std::vector<std::byte> area(std::max<std::size_t>(processors_.system().xsave_size(), image.size()));
    std::ranges::copy(image, area.begin());
    // What lies between the legacy registers and the header is the program's own, and KVM's: it marks its areas there.
    constexpr std::size_t kLegacyRegisters = 416;
    std::fill(area.begin() + kLegacyRegisters, area.begin() + x86::VectorState::kHeader, std::byte{});
    try {
        call(kernel_, fd(), kSetXsave, *reinterpret_cast<XsaveArea*>(area.data()));
    } catch (const Error& error) {
        if (error.code().value() == EINVAL) return false;  // a state that it has, but not for this guest
        throw;
    }
    return true;
}

bool Vcpu::use_host_tsc()
{
    std::uint64_t offset = 0;
    kvm_device_attr attribute{};
    attribute.group = KVM_VCPU_TSC_CTRL;
    attribute.attr = KVM_VCPU_TSC_OFFSET;
    attribute.addr = reinterpret_cast<std::uintptr_t>(&offset);
    try {
        call(kernel_, fd(), kSetDeviceAttr, attribute);
    } catch (const Error& error) {
        // api.rst, "KVM_SET_DEVICE_ATTR": there is none, or this KVM has no such request for processors.
        const int why = error.code().value();
        if (why == ENXIO || why == ENOTTY || why == EINVAL) return false;
        throw;
    }
    return true;
}

}  // namespace husk::kvm
