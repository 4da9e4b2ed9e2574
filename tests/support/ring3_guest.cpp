#include "support/ring3_guest.hpp"

#include "machine/choose_engine.hpp"
#include "support/lane.hpp"

#include <sys/mman.h>

#include <stdexcept>

namespace husk::test {

std::unique_ptr<engine::Vm> lane_vm()
{
    return machine::choose_engine(lane().engine, x86::Mode::Long).vm;
}

bool on_kvm()
{
    return lane().engine == Engine::Kvm;
}

Ring3Guest::Ring3Guest() : extra_{Mapping::anonymous(kSize, kSize)}, guest_{lane_vm()} {}

void Ring3Guest::allow(std::uint64_t page, engine::Access access)
{
    const auto there = extra().subspan(page - kBase, kPageSize);
    const int rights = access == engine::Access::ReadWrite ? PROT_READ | PROT_WRITE
                       : access == engine::Access::Read    ? PROT_READ
                                                           : PROT_NONE;
    // The engine first where it would lose rights that it uses, last where it gains them: here it does not run.
    if (::mprotect(there.data(), there.size(), rights) != 0) throw std::runtime_error{"mprotect"};
    vm().protect({page}, kPageSize, access);
}

/// System registers as the first processor has them, and SSE.
void Ring3Guest::set_up(engine::Vcpu& vcpu)
{
    auto system = guest_.vcpu().system_registers();
    // QEMU 7.2, under the nested lane, looks for ports in a TSS only if that is not busy; one that is has type 11.
    if (lane().name == "nested") system.tr.type = 9;
    system.cr4 = system.cr4 | x86::Cr4::OSFXSR | x86::Cr4::OSXMMEXCPT;
    vcpu.set_system_registers(system);
}

void Ring3Guest::start(std::span<const std::byte> bytes, engine::Vcpu* vcpu, std::uint64_t at)
{
    if (vcpu == nullptr || vcpu == &guest_.vcpu()) {
        guest_.start(x86::Mode::Long, bytes);
        guest_.catch_exceptions();
        guest_.to_ring_3();
        guest_.store(kPortBitmap, 0ull);
        set_up(guest_.vcpu());
        return;
    }
    guest_.write(at, bytes);
    set_up(*vcpu);
    vcpu->set_registers({.rsp = kStack - kPageSize, .rip = at});
}

void Ring3Guest::start(std::initializer_list<unsigned> bytes, const x86::Registers& registers)
{
    start(code(bytes));
    x86::Registers set = registers;
    set.rip = kCode;
    set.rsp = kStack;
    vcpu().set_registers(set);
}

}  // namespace husk::test
