#include "engine/kvm/decode.hpp"

#include <fmt/format.h>

#include <array>
#include <cstring>

namespace husk::kvm {

namespace {

namespace exits = engine::exits;

engine::Exit port(const kvm_run& run, std::span<std::byte> page)
{
    const auto& io = run.io;
    const std::uint64_t size = std::uint64_t{io.size} * io.count;
    // The kernel's own numbers, but a wrong one would be a wild pointer.
    const bool has_width = io.size == 1 || io.size == 2 || io.size == 4;
    if (!has_width || io.data_offset > page.size() || size > page.size() - io.data_offset)
        return exits::CannotExecute{fmt::format("KVM_EXIT_IO with {} items of {} bytes at offset {:#x} of the run page", io.count,
                                                io.size, io.data_offset)};
    const auto data = page.subspan(io.data_offset, size);
    if (io.direction == KVM_EXIT_IO_IN) return exits::PortIn{io.port, io.size, data};
    return exits::PortOut{io.port, io.size, data};
}

engine::Exit mmio(kvm_run& run)
{
    auto& access = run.mmio;
    const auto data = std::as_writable_bytes(std::span{access.data}).first(std::min<std::size_t>(access.len, sizeof access.data));
    if (access.is_write != 0) return exits::MmioWrite{{access.phys_addr}, data};
    return exits::MmioRead{{access.phys_addr}, data};
}

engine::Exit internal_error(const kvm_run& run)
{
    switch (run.internal.suberror) {
        case KVM_INTERNAL_ERROR_EMULATION: return exits::CannotExecute{"KVM's instruction emulator does not know this instruction"};
        case KVM_INTERNAL_ERROR_DELIVERY_EV: return exits::CannotExecute{"KVM failed while it delivered an event to the guest"};
        default: return exits::CannotExecute{fmt::format("KVM_EXIT_INTERNAL_ERROR, suberror {}", run.internal.suberror)};
    }
}

}  // namespace

engine::Exit decode(kvm_run& run, std::span<std::byte> page)
{
    switch (run.exit_reason) {
        case KVM_EXIT_IO: return port(run, page);
        case KVM_EXIT_MMIO: return mmio(run);
        case KVM_EXIT_HLT: return exits::Halt{};
        case KVM_EXIT_SHUTDOWN: return exits::Shutdown{};
        case KVM_EXIT_INTR:
        case KVM_EXIT_IRQ_WINDOW_OPEN: return exits::Interrupted{};
        case KVM_EXIT_EXCEPTION:
            return exits::Exception{{.vector = static_cast<std::uint8_t>(run.ex.exception),
                                     .has_error_code = true,
                                     .error_code = run.ex.error_code,
                                     .address = 0}};
        case KVM_EXIT_FAIL_ENTRY:
            return exits::CannotExecute{fmt::format("the processor refuses this state (KVM_EXIT_FAIL_ENTRY, reason {:#x})",
                                                    static_cast<std::uint64_t>(run.fail_entry.hardware_entry_failure_reason))};
        case KVM_EXIT_INTERNAL_ERROR: return internal_error(run);
        default:
            return exits::CannotExecute{fmt::format("KVM left the guest for reason {}, which Husk does not know", run.exit_reason)};
    }
}

engine::exits::MemoryFault memory_fault(kvm_run& run)
{
    // api.rst, "KVM_EXIT_MEMORY_FAULT", which headers before Linux 6.8 do not have: flags, address and size start the union.
    constexpr std::uint32_t kMemoryFault = 39;
    if (run.exit_reason != kMemoryFault) return {};
    std::array<std::uint64_t, 3> flags_address_size{};
    std::memcpy(flags_address_size.data(), run.padding, sizeof flags_address_size);
    run.exit_reason = KVM_EXIT_UNKNOWN;
    return {.at = GuestPhys{flags_address_size[1]}, .write = {}};
}

engine::exits::Shutdown shutdown(const x86::SystemRegisters& system, const x86::Registers& registers)
{
    // kvm-amd resets the processor before it reports the shutdown, for AMD-V leaves the state undefined: what is there now is the
    // state at reset, SDM Vol. 3A, "Processor State After Reset" (10.1.1).
    constexpr std::uint64_t kResetRip = 0xFFF0;
    constexpr std::uint64_t kResetCsBase = 0xFFFF'0000;
    const bool reset = registers.rip == kResetRip && system.cs.base == kResetCsBase && !system.cr0.has(x86::Cr0::PE);
    return {.registers_lost = reset, .first = {}};
}

}  // namespace husk::kvm
