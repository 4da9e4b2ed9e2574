#pragma once

#include "engine/vcpu.hpp"
#include "x86/cpu_features.hpp"

#include <husk/memory.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace husk::engine {

/// What a guest may do with a page. Execution goes with reading, as it does where KVM follows the host's mappings.
enum class Access : std::uint8_t { None, Read, ReadWrite };

/// Throws std::invalid_argument if that is not one whole page or more, or goes beyond the end of the address space.
void check_pages(GuestPhys base, std::uint64_t size);

/// A virtual machine: guest memory, and processors over it.
class Vm {
public:
    virtual ~Vm() = default;
    Vm(const Vm&) = delete;
    Vm& operator=(const Vm&) = delete;

    /// Gives the guest every region of `memory`, shared with the host and not copied; `memory` must outlive the machine.
    void map(const GuestMemory& memory);

    /// Gives the guest `host`, whole pages, as its memory from `base` on; what lies there may not overlap what it has. `host` must
    /// stay reserved for as long as the guest has it. On KVM at any time and from any thread, also while processors run. The
    /// software engine takes memory at new addresses only before its processor is made; later, while that does not run, the same
    /// host memory at the same address again. Throws Error if the host, or the engine, refuses it.
    virtual void add_memory(GuestPhys base, std::span<std::byte> host, bool writable) = 0;

    /// Takes it away again: on KVM a range just as it was added, and an access is then one to where there is no memory; on the
    /// software engine any pages of what was added, and an access is exits::MemoryFault.
    virtual void remove_memory(GuestPhys base, std::uint64_t size) = 0;

    /// True if memory, once given, is seen through the host's own page tables, as on KVM: what the host maps, unmaps and protects
    /// there holds for the guest from then on, and an access against it is exits::MemoryFault. False if the engine reads the host's
    /// memory itself: then each change is told by protect(), also one of what the memory holds if the guest may execute it.
    virtual bool follows_host_mappings() const = 0;

    /// What the guest may do with these pages, which it was given before; an access against it is exits::MemoryFault, and the
    /// engine does not make it either, so that the host need not be able to. While no processor runs. Nothing is done where
    /// follows_host_mappings(), as the host has told it already.
    virtual void protect(GuestPhys base, std::uint64_t size, Access access) = 0;

    /// Lets the engine gather writes of one byte to `port` and deliver them in order, before any other exit and at most 20 ms late.
    /// An engine that gains nothing by it ignores the call. Only for a machine of one processor.
    virtual void gather_writes(std::uint16_t port) = 0;

    /// What CPUID shows a guest.
    virtual x86::CpuFeatures cpu_features() const = 0;

    /// Whoever kicks will look at the registers and go on: from now on a processor that was kicked is at an instruction boundary
    /// wherever it was, which costs the software engine some speed. Before the first processor is asked for.
    virtual void kick_exactly() = 0;

    /// The first processor, which lives as long as the machine. Throws Error if the host refuses it.
    virtual Vcpu& vcpu() = 0;

    /// One more processor, for a thread of its own; from any thread, also while others run. It must not outlive the machine. Its
    /// registers are those at reset or, as the host's vCPUs are used again, what another left: set them, all kinds of them. Throws
    /// Error if the host, or the engine, has no more.
    virtual std::unique_ptr<Vcpu> add_vcpu() = 0;

    /// Every file descriptor that the engine has open, and every one that it will open, goes to the lowest free number from `line`
    /// on; that of /dev/kvm, which the process has once, for all its machines. Before the first processor runs and before any is
    /// added. Throws Error if the host has no such number (RLIMIT_NOFILE).
    ///
    /// The host gives each descriptor the lowest number first, from which it is then moved: add_vcpu() must not meet other users of
    /// those numbers.
    virtual void keep_descriptors_above(int line) = 0;

protected:
    Vm() = default;
};

}  // namespace husk::engine
