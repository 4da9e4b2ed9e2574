// What Emulator does about memory of which the guest may not do all (Memory::is_restricted).
#include "engine/soft/unicorn/emulator.hpp"

namespace husk::soft {

/// True if that is memory which is not the guest's to use so: the instruction is abandoned.
bool Emulator::deny(GuestPhys at, Use use)
{
    if (!memory_.is_restricted() || !memory_.denies(at, use)) return false;
    denied_ = {.page = GuestPhys{at.value / kPageSize * kPageSize}, .write = use == Use::Write};
    event_ = Event::Denied;
    return true;
}

/// Unicorn's own MMU, which finds out all there is to the fault, heeds no piece's rights: it is left aside if it might meet memory
/// that the host itself cannot use.
void Emulator::refuse(const x86::SystemRegisters& system, std::uint64_t linear, const x86::Exception& fault)
{
    constexpr std::uint64_t kSmap = 1u << 21;  // CR4: what is a fault may depend on more
    refusal_ = fault;
    only_refusal_ = memory_.is_restricted() && ((system.cr4.word() & kSmap) != 0 || !walks_freely(memory_, system, linear));
}

/// The fault that fill_tlb() found, of which it knows the page.
Emulator::Event Emulator::raise_refusal()
{
    instruction_.restore();
    if (refusal_.vector == x86::kPageFault) {
        context_.save();
        constexpr std::size_t kCr2 = 2;
        context_.set(layout_.cr + kCr2 * sizeof(std::uint64_t), refusal_.address);
        context_.restore();
    }
    raised_ = {.vector = refusal_.vector, .error_code = refusal_.error_code};
    return Event::Raised;
}

}  // namespace husk::soft
