#include "support/fake_kernel.hpp"

#include "engine/kvm/request.hpp"
#include "engine/kvm/system.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>

namespace husk::test {

namespace {

int new_descriptor()
{
    return ::open("/dev/null", O_RDWR | O_CLOEXEC);
}

template <typename Struct>
Struct& at(std::uintptr_t argument)
{
    return *reinterpret_cast<Struct*>(argument);  // NOLINT(performance-no-int-to-ptr): so ioctl takes it
}

}  // namespace

FakeKernel::FakeKernel() : file_{::memfd_create("run page", MFD_CLOEXEC)}
{
    if (::ftruncate(file_.get(), kRunPageSize) != 0) throw Error{"ftruncate", errno};
    run_page_ = Mapping::shared(file_.get(), kRunPageSize, "mmap of the fake run page");
}

int FakeKernel::open_kvm()
{
    return fails("open /dev/kvm") != 0 ? -1 : new_descriptor();
}

Mapping FakeKernel::map_run_page(int /*vcpu*/, std::uint64_t size)
{
    constexpr auto kName = "mmap of the vCPU's run page";
    if (const int error = fails(kName)) throw Error{kName, error};
    return Mapping::shared(file_.get(), size, kName);
}

int FakeKernel::ioctl(int fd, unsigned long request, std::uintptr_t argument)
{
    if (fails(kvm::request_name(request)) != 0) return -1;
    if (fd < 0) return errno = EBADF, -1;
    return answer(request, argument);
}

int FakeKernel::answer(unsigned long request, std::uintptr_t argument)
{
    switch (request) {
        case KVM_GET_API_VERSION: return api_version;
        case KVM_CREATE_VM: return new_descriptor();
        case KVM_CREATE_VCPU: return processors.push_back(argument), new_descriptor();
        case KVM_CHECK_EXTENSION: return capabilities[static_cast<int>(argument)];
        case KVM_GET_VCPU_MMAP_SIZE: return run_page_size;
        case KVM_RUN: return run_guest();
        case KVM_GET_REGS: return at<kvm_regs>(argument) = regs, 0;
        case KVM_SET_REGS: return regs = at<kvm_regs>(argument), 0;
        case KVM_GET_SREGS: return at<kvm_sregs>(argument) = sregs, 0;
        case KVM_SET_SREGS: return sregs = at<kvm_sregs>(argument), 0;
        case KVM_SET_USER_MEMORY_REGION: return slots.push_back(at<kvm_userspace_memory_region>(argument)), 0;
        case KVM_REGISTER_COALESCED_MMIO: return zones.push_back(at<kvm_coalesced_mmio_zone>(argument)), 0;
        default: break;
    }
    if (request == kvm::kGetSupportedCpuid.number) return give_cpuid(argument);
    if (request == kvm::kSetCpuid2.number) return take_cpuid(argument);
    return answer_state(request, argument);
}

int FakeKernel::answer_state(unsigned long request, std::uintptr_t argument)
{
    if (request == kvm::kGetMsrs.number) return transfer_msrs(argument, false);
    if (request == kvm::kSetMsrs.number) return transfer_msrs(argument, true);
    if (request == kvm::kSetXcrs.number) return xcr0 = at<kvm_xcrs>(argument).xcrs[0].value, 0;
    if (request == kvm::kSetDeviceAttr.number && !has_tsc_offset) return errno = ENXIO, -1;
    if (request == kvm::kGetXcrs.number) {
        at<kvm_xcrs>(argument) = {};
        at<kvm_xcrs>(argument).nr_xcrs = 1;
        at<kvm_xcrs>(argument).xcrs[0].value = xcr0;
    }
    auto* const area = &at<std::byte>(argument);
    if (request == kvm::kGetXsave.number || request == kvm::kGetXsave2.number) std::ranges::copy(xsave, area);
    if (request == kvm::kSetXsave.number) std::copy_n(area, xsave.size(), xsave.begin());
    return 0;
}

/// As KVM does, up to the first that it has not.
int FakeKernel::transfer_msrs(std::uintptr_t argument, bool set)
{
    const auto count = at<kvm::MsrsHeader>(argument).nmsrs;
    auto* const entries = &at<kvm_msr_entry>(argument + sizeof(kvm::MsrsHeader));
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto found = msrs.find(entries[i].index);
        if (found == msrs.end()) return static_cast<int>(i);
        if (set)
            found->second = entries[i].data;
        else
            entries[i].data = found->second;
    }
    return static_cast<int>(count);
}

int FakeKernel::take_cpuid(std::uintptr_t argument)
{
    cpuid_set = at<kvm::CpuidHeader>(argument).nent;
    const auto* const entries = &at<kvm_cpuid_entry2>(argument + sizeof(kvm::CpuidHeader));
    cpuid_shown.emplace_back(entries, entries + cpuid_set);
    return 0;
}

int FakeKernel::run_guest()
{
    take_registers();
    const int result = run().immediate_exit != 0 ? follow(completions, fail_with(EINTR)) : follow(script, leave_for(KVM_EXIT_HLT));
    if ((run().kvm_valid_regs & KVM_SYNC_X86_REGS) != 0) run().s.regs.regs = regs;
    return result;
}

/// As "KVM_CAP_SYNC_REGS" has it.
void FakeKernel::take_registers()
{
    if ((run().kvm_dirty_regs & KVM_SYNC_X86_REGS) != 0) regs = run().s.regs.regs;
    if ((run().kvm_dirty_regs & KVM_SYNC_X86_SREGS) != 0) sregs = run().s.regs.sregs;
    run().kvm_dirty_regs = 0;
}

int FakeKernel::follow(std::deque<Run>& runs, const Run& otherwise)
{
    const Run next = runs.empty() ? otherwise : runs.front();
    if (!runs.empty()) runs.pop_front();
    const int error = next(run());
    if (error == 0) return 0;
    return errno = error, -1;
}

int FakeKernel::give_cpuid(std::uintptr_t argument) const
{
    auto& header = at<kvm::CpuidHeader>(argument);
    if (!cpuid_of_host.empty()) {
        header.nent = static_cast<std::uint32_t>(cpuid_of_host.size());
        std::ranges::copy(cpuid_of_host, &at<kvm_cpuid_entry2>(argument + sizeof header));
        return 0;
    }
    if (header.nent < cpuid_entries) return errno = E2BIG, -1;
    header.nent = cpuid_entries;
    // Every byte of the room that was promised is there to be written.
    std::memset(&header + 1, 0x5A, cpuid_entries * sizeof(kvm_cpuid_entry2));
    return 0;
}

void FakeKernel::fail_nth(std::size_t nth, int error)
{
    failures_.push_back({.nth = nth, .name = {}, .error = error});
}

void FakeKernel::fail(const std::string& name, int error, unsigned times)
{
    failures_.push_back({.nth = {}, .name = name, .error = error, .times = times});
}

std::size_t FakeKernel::count(const std::string& name) const
{
    return static_cast<std::size_t>(std::ranges::count(calls_, name));
}

/// Notes the call; the errno, also in errno itself, if it is to fail.
int FakeKernel::fails(const std::string& name)
{
    const std::size_t number = calls_.size();
    calls_.push_back(name);
    for (Failure& failure : failures_) {
        if (failure.times == 0 || (failure.nth ? *failure.nth != number : failure.name != name)) continue;
        --failure.times;
        return errno = failure.error;
    }
    return 0;
}

FakeKernel::Run leave_for(std::uint32_t reason)
{
    return [reason](kvm_run& run) {
        run.exit_reason = reason;
        return 0;
    };
}

FakeKernel::Run out_byte(std::uint16_t port, char byte)
{
    return [port, byte](kvm_run& run) {
        run.exit_reason = KVM_EXIT_IO;
        run.io = {.direction = KVM_EXIT_IO_OUT, .size = 1, .port = port, .count = 1, .data_offset = FakeKernel::kIoData};
        reinterpret_cast<char*>(&run)[FakeKernel::kIoData] = byte;
        return 0;
    };
}

FakeKernel::Run fail_with(int error)
{
    return [error](kvm_run&) { return error; };
}

}  // namespace husk::test
