#pragma once

#include "engine/kvm/kernel.hpp"
#include "engine/kvm/request.hpp"

#include <linux/kvm.h>

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace husk::test {

/// A KVM that runs no guest: it keeps what it is told, answers what it is made to, and leaves the guest as a script says. Any call
/// can be made to fail. Needs no /dev/kvm.
class FakeKernel : public kvm::Kernel {
public:
    static constexpr std::uint64_t kRunPageSize = 3 * 4096;  ///< the run page, its I/O data, the ring of gathered writes
    static constexpr std::uint64_t kIoData = 4096;           ///< where in the run page data of I/O exits lie
    static constexpr std::uint64_t kRing = 2;                ///< the page of the ring

    /// One KVM_RUN: fills the run page and answers 0, or answers an errno.
    using Run = std::function<int(kvm_run& run)>;

    FakeKernel();

    int open_kvm() override;
    int ioctl(int fd, unsigned long request, std::uintptr_t argument) override;
    Mapping map_run_page(int vcpu, std::uint64_t size) override;

    /// From now on the `nth` call (from 0), or the next `times` calls named `name`, fail with `error`. Names are KVM's, and "open
    /// /dev/kvm" and "mmap of the vCPU's run page".
    void fail_nth(std::size_t nth, int error);
    void fail(const std::string& name, int error, unsigned times = 1);

    /// The names of all calls so far.
    const std::vector<std::string>& calls() const { return calls_; }
    std::size_t count(const std::string& name) const;
    /// The run page as the kernel sees it.
    std::span<std::byte> run_page() { return run_page_.bytes(); }
    kvm_run& run() { return *reinterpret_cast<kvm_run*>(run_page().data()); }

    int api_version = KVM_API_VERSION;
    int run_page_size = kRunPageSize;
    std::map<int, int> capabilities{{KVM_CAP_COALESCED_PIO, 1}, {KVM_CAP_COALESCED_MMIO, kRing}};
    std::uint32_t cpuid_entries = 3;  ///< how many KVM_GET_SUPPORTED_CPUID has
    std::uint32_t cpuid_set = 0;      ///< how many KVM_SET_CPUID2 got
    std::deque<Run> script;           ///< what each KVM_RUN does; KVM_EXIT_HLT when there are none left
    std::deque<Run> completions;      ///< what each KVM_RUN does that is only to complete; EINTR when there are none left
    kvm_regs regs{};
    kvm_sregs sregs{};
    std::vector<kvm_userspace_memory_region> slots;
    /// Those that there are.
    std::map<std::uint32_t, std::uint64_t> msrs{{0xC000'0081, 0}, {0xC000'0082, 0}, {0xC000'0083, 0}, {0xC000'0084, 0},
                                                {0xC000'0100, 0}, {0xC000'0101, 0}, {0xC000'0102, 0}, {0xC000'0103, 0},
                                                {0x174, 0},       {0x175, 0},       {0x176, 0}};
    std::uint64_t xcr0 = 1;
    std::vector<std::byte> xsave = std::vector<std::byte>(sizeof(kvm::XsaveArea));
    bool has_tsc_offset = true;
    std::vector<kvm_cpuid_entry2> cpuid_of_host;             ///< what KVM_GET_SUPPORTED_CPUID has, if not nonsense
    std::vector<std::vector<kvm_cpuid_entry2>> cpuid_shown;  ///< what each KVM_SET_CPUID2 got
    std::vector<std::uint64_t> processors;                   ///< the numbers of KVM_CREATE_VCPU
    std::vector<kvm_coalesced_mmio_zone> zones;

private:
    struct Failure {
        std::optional<std::size_t> nth;
        std::string name;
        int error = 0;
        unsigned times = 1;
    };

    int fails(const std::string& name);
    int answer(unsigned long request, std::uintptr_t argument);
    int run_guest();
    void take_registers();
    int follow(std::deque<Run>& runs, const Run& otherwise);
    int give_cpuid(std::uintptr_t argument) const;
    int take_cpuid(std::uintptr_t argument);
    int transfer_msrs(std::uintptr_t argument, bool set);
    int answer_state(unsigned long request, std::uintptr_t argument);

    std::vector<std::string> calls_;
    std::vector<Failure> failures_;
    UniqueFd file_;  ///< behind the run page
    Mapping run_page_;
};

/// Leaves the guest for `reason`, with nothing else said.
FakeKernel::Run leave_for(std::uint32_t reason);
/// Leaves it by an OUT of one byte.
FakeKernel::Run out_byte(std::uint16_t port, char byte);
/// Is interrupted, or fails otherwise.
FakeKernel::Run fail_with(int error);

}  // namespace husk::test
