#include "engine/kvm/msrs.hpp"

#include "engine/kvm/request.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>

namespace husk::kvm {

namespace {

struct Msr {
    std::uint32_t number;
    std::uint64_t x86::ModelRegisters::*value;
};

// SDM Vol. 4, "IA-32 Architectural MSRs" (2.1); CSTAR: AMD64 Architecture Programmer's Manual Vol. 2, "SYSCALL and SYSRET" (6.1.1).
constexpr std::uint32_t kLstar = 0xC000'0082, kFmask = 0xC000'0084;
constexpr std::array kMsrs{
    Msr{0xC000'0081, &x86::ModelRegisters::star},           Msr{kLstar, &x86::ModelRegisters::lstar},
    Msr{0xC000'0083, &x86::ModelRegisters::cstar},          Msr{kFmask, &x86::ModelRegisters::fmask},
    Msr{0xC000'0102, &x86::ModelRegisters::kernel_gs_base}, Msr{0x174, &x86::ModelRegisters::sysenter_cs},
    Msr{0x175, &x86::ModelRegisters::sysenter_esp},         Msr{0x176, &x86::ModelRegisters::sysenter_eip},
    Msr{0xC000'0103, &x86::ModelRegisters::tsc_aux},
};

/// struct kvm_msrs.
template <std::size_t Count>
struct MsrList {
    MsrsHeader header{Count, 0};
    std::array<kvm_msr_entry, Count> entries{};
};

/// Calls for the entries of `list` from `first` on: one past the last that KVM took, as api.rst has it for both requests.
template <std::size_t Count>
std::size_t transfer(Kernel& kernel, int vcpu, const Request<MsrsHeader>& request, MsrList<Count>& list, std::size_t first)
{
    MsrList<Count> rest;
    rest.header.nmsrs = static_cast<std::uint32_t>(Count - first);
    for (std::size_t i = first; i < Count; ++i) rest.entries[i - first] = list.entries[i];
    const auto taken = static_cast<std::size_t>(call(kernel, vcpu, request, rest.header));
    for (std::size_t i = 0; i < taken && first + i < Count; ++i) list.entries[first + i] = rest.entries[i];
    return first + taken;
}

MsrList<kMsrs.size()> list_all()
{
    MsrList<kMsrs.size()> list;
    for (std::size_t i = 0; i < kMsrs.size(); ++i) list.entries[i].index = kMsrs[i].number;
    return list;
}

[[noreturn]] void refuse(const char* request, std::uint32_t msr, std::uint64_t value)
{
    throw Error{request, EINVAL, fmt::format("this host's KVM takes no {:#x} in MSR {:#x}", value, msr)};
}

std::uint64_t read_xcr0(Kernel& kernel, int vcpu)
{
    kvm_xcrs xcrs{};
    call(kernel, vcpu, kGetXcrs, xcrs);
    for (const kvm_xcr& one : std::span{xcrs.xcrs}.first(std::min<std::size_t>(xcrs.nr_xcrs, KVM_MAX_XCRS)))
        if (one.xcr == 0) return one.value;
    return x86::ModelRegisters{}.xcr0;
}

void write_xcr0(Kernel& kernel, int vcpu, std::uint64_t value)
{
    kvm_xcrs xcrs{};
    xcrs.nr_xcrs = 1;
    xcrs.xcrs[0].value = value;
    call(kernel, vcpu, kSetXcrs, xcrs);
}

}  // namespace

std::uint64_t read_msr(Kernel& kernel, int vcpu, std::uint32_t number)
{
    MsrList<1> list;
    list.entries[0].index = number;
    transfer(kernel, vcpu, kGetMsrs, list, 0);
    return list.entries[0].data;
}

void write_msr(Kernel& kernel, int vcpu, std::uint32_t number, std::uint64_t value)
{
    MsrList<1> list;
    list.entries[0].index = number;
    list.entries[0].data = value;
    if (transfer(kernel, vcpu, kSetMsrs, list, 0) == 0) refuse(kSetMsrs.name, number, value);
}

x86::ModelRegisters read_model_registers(Kernel& kernel, int vcpu)
{
    auto list = list_all();
    std::size_t done = 0;
    while (done < kMsrs.size()) done = transfer(kernel, vcpu, kGetMsrs, list, done) + 1;  // past one that it has not
    x86::ModelRegisters model;
    for (std::size_t i = 0; i < kMsrs.size(); ++i) model.*kMsrs[i].value = list.entries[i].data;
    model.xcr0 = read_xcr0(kernel, vcpu);
    return model;
}

void write_model_registers(Kernel& kernel, int vcpu, const x86::ModelRegisters& model)
{
    auto list = list_all();
    for (std::size_t i = 0; i < kMsrs.size(); ++i) list.entries[i].data = model.*kMsrs[i].value;
    for (std::size_t done = 0; done < kMsrs.size(); ++done) {
        done = transfer(kernel, vcpu, kSetMsrs, list, done);
        if (done < kMsrs.size() && list.entries[done].data != 0)
            refuse(kSetMsrs.name, list.entries[done].index, list.entries[done].data);
    }
    write_xcr0(kernel, vcpu, model.xcr0);
}

void write_system_call_entry(Kernel& kernel, int vcpu, std::uint64_t lstar, std::uint64_t fmask)
{
    MsrList<2> list;
    list.entries[0].index = kLstar;
    list.entries[0].data = lstar;
    list.entries[1].index = kFmask;
    list.entries[1].data = fmask;
    const std::size_t done = transfer(kernel, vcpu, kSetMsrs, list, 0);
    if (done < list.entries.size()) refuse(kSetMsrs.name, list.entries[done].index, list.entries[done].data);
}

}  // namespace husk::kvm
