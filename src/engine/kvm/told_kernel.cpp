#include "engine/kvm/told_kernel.hpp"

#include "engine/kvm/convert.hpp"
#include "engine/kvm/request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

namespace husk::kvm {

namespace {

struct Name {
    unsigned long number;
    std::string_view name;
};

constexpr auto kCapabilities = std::to_array<Name>({
    {KVM_CAP_USER_MEMORY, "KVM_CAP_USER_MEMORY"},
    {KVM_CAP_EXT_CPUID, "KVM_CAP_EXT_CPUID"},
    {KVM_CAP_SET_TSS_ADDR, "KVM_CAP_SET_TSS_ADDR"},
    {KVM_CAP_IMMEDIATE_EXIT, "KVM_CAP_IMMEDIATE_EXIT"},
    {KVM_CAP_NR_MEMSLOTS, "KVM_CAP_NR_MEMSLOTS"},
    {KVM_CAP_SYNC_REGS, "KVM_CAP_SYNC_REGS"},
    {KVM_CAP_COALESCED_PIO, "KVM_CAP_COALESCED_PIO"},
    {KVM_CAP_COALESCED_MMIO, "KVM_CAP_COALESCED_MMIO"},
    {KVM_CAP_XSAVE2, "KVM_CAP_XSAVE2"},
});

constexpr auto kExits = std::to_array<Name>({
    {KVM_EXIT_IO, "KVM_EXIT_IO"},
    {KVM_EXIT_MMIO, "KVM_EXIT_MMIO"},
    {KVM_EXIT_HLT, "KVM_EXIT_HLT"},
    {KVM_EXIT_SHUTDOWN, "KVM_EXIT_SHUTDOWN"},
    {KVM_EXIT_FAIL_ENTRY, "KVM_EXIT_FAIL_ENTRY"},
    {KVM_EXIT_INTERNAL_ERROR, "KVM_EXIT_INTERNAL_ERROR"},
});

std::string name_in(const auto& table, unsigned long number)
{
    const auto* const found = std::ranges::find(table, number, &Name::number);
    return found == table.end() ? fmt::format("number {:#x}", number) : std::string{found->name};
}

std::string error_text(int error)
{
    return fmt::format("fails: {}", std::generic_category().message(error));
}

template <typename Arg>
const Arg& argument_of(const Request<Arg>&, std::uintptr_t argument)
{
    return *reinterpret_cast<const Arg*>(argument);  // NOLINT(performance-no-int-to-ptr): so ioctl takes it
}

std::string slot_text(const kvm_userspace_memory_region& slot)
{
    if (slot.memory_size == 0) return fmt::format("slot {}: none any more", slot.slot);
    return fmt::format("slot {}: {} KiB at guest-physical {:#x}{}", slot.slot, slot.memory_size / 1024, slot.guest_phys_addr,
                       (slot.flags & KVM_MEM_READONLY) != 0 ? ", read-only" : "");
}

/// What a request that succeeded was given and gave.
std::string text_of(unsigned long request, std::uintptr_t argument, int result)
{
    switch (request) {
        case KVM_GET_API_VERSION: return fmt::format("{}", result);
        case KVM_CREATE_VM:
        case KVM_CREATE_VCPU: return fmt::format("descriptor {}", result);
        case KVM_CHECK_EXTENSION: return fmt::format("{} {:#x}", name_in(kCapabilities, argument), result);
        case KVM_GET_VCPU_MMAP_SIZE: return fmt::format("{} bytes", result);
        case KVM_SET_TSS_ADDR: return fmt::format("guest-physical {:#x}", argument);
        case KVM_SET_USER_MEMORY_REGION: return slot_text(argument_of(kSetUserMemoryRegion, argument));
        case kGetSupportedCpuid.number: return fmt::format("{} answers", argument_of(kGetSupportedCpuid, argument).nent);
        case kSetCpuid2.number: return fmt::format("{} answers", argument_of(kSetCpuid2, argument).nent);
        default: return {};
    }
}

std::string exit_text(const kvm_run& run)
{
    std::string name = name_in(kExits, run.exit_reason);
    if (run.exit_reason == KVM_EXIT_IO) {
        const bool in = run.io.direction == KVM_EXIT_IO_IN;
        return fmt::format("{}: {} {} of {} byte{}, port {:#x}", name, run.io.count, in ? "IN" : "OUT", unsigned{run.io.size},
                           run.io.size == 1 ? "" : "s", run.io.port);
    }
    if (run.exit_reason == KVM_EXIT_MMIO)
        return fmt::format("{}: a {} of {} bytes at guest-physical {:#x}", name, run.mmio.is_write != 0 ? "write" : "read",
                           run.mmio.len, run.mmio.phys_addr);
    return name;
}

}  // namespace

ToldKernel::ToldKernel(StepSink tell, Kernel& kernel) : tell_{std::move(tell)}, kernel_{kernel} {}

int ToldKernel::open_kvm()
{
    const int opened = kernel_.open_kvm();
    const int error = errno;
    tell({"open", "/dev/kvm: " + (opened >= 0 ? fmt::format("descriptor {}", opened) : error_text(error))});
    errno = error;
    return opened;
}

Mapping ToldKernel::map_run_page(int vcpu, std::uint64_t size)
{
    Mapping mapped = kernel_.map_run_page(vcpu, size);
    run_pages_[vcpu] = reinterpret_cast<const kvm_run*>(mapped.bytes().data());
    tell({"mmap", fmt::format("{} bytes of descriptor {}", size, vcpu)});
    return mapped;
}

/// api.rst, "KVM_CAP_SYNC_REGS": what is marked dirty in the run page is set when KVM_RUN begins.
void ToldKernel::tell_of_registers(const kvm_run& run) const
{
    if ((run.kvm_dirty_regs & KVM_SYNC_X86_SREGS) != 0)
        tell({"run page", "system registers, for the next KVM_RUN", {}, from_kvm(run.s.regs.sregs)});
    if ((run.kvm_dirty_regs & KVM_SYNC_X86_REGS) != 0)
        tell({"run page", "general registers, for the next KVM_RUN", from_kvm(run.s.regs.regs), {}});
}

int ToldKernel::run(int vcpu, std::uintptr_t argument)
{
    const auto page = run_pages_.find(vcpu);
    if (page != run_pages_.end()) tell_of_registers(*page->second);
    const int result = kernel_.ioctl(vcpu, kRun.number, argument);
    const int error = errno;
    if (result != 0)
        tell({kRun.name, error == EINTR ? "a signal, or what was pending is done" : error_text(error)});
    else if (page != run_pages_.end())
        tell({kRun.name, exit_text(*page->second)});
    errno = error;
    return result;
}

int ToldKernel::ioctl(int fd, unsigned long request, std::uintptr_t argument)
{
    if (request == kRun.number) return run(fd, argument);
    const int result = kernel_.ioctl(fd, request, argument);
    const int error = errno;
    Step step{request_name(request), result >= 0 ? text_of(request, argument, result) : error_text(error)};
    if (request == kSetRegs.number) step.registers = from_kvm(argument_of(kSetRegs, argument));
    if (request == kSetSregs.number) step.system = from_kvm(argument_of(kSetSregs, argument));
    tell(step);
    errno = error;
    return result;
}

}  // namespace husk::kvm
