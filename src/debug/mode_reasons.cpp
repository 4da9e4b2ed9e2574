#include "debug/mode_reasons.hpp"

#include <fmt/format.h>

namespace husk::debug {

namespace {

using x86::Cr0;
using x86::Cr4;
using x86::Efer;

class Reasons {
public:
    Reasons(const x86::Registers& registers, const x86::SystemRegisters& system) : registers_{registers}, system_{system} {}

    std::vector<Reason> all()
    {
        protection();
        if (system_.cr0.has(Cr0::PG)) paging();
        width();
        ring();
        contradictions();
        return std::move(reasons_);
    }

private:
    void say(std::string bits, std::string therefore) { reasons_.push_back({std::move(bits), std::move(therefore)}); }

    bool long_mode() const { return system_.efer.has(Efer::LMA); }
    bool virtual_8086() const { return system_.cr0.has(Cr0::PE) && !long_mode() && registers_.rflags.has(x86::Rflags::VM); }

    void protection()
    {
        if (!system_.cr0.has(Cr0::PE))
            return say("CR0.PE is 0", "real mode: an address is segment x 16 + offset, and there are no rings");
        say("CR0.PE is 1", "protected mode or beyond it: segments are descriptors, and there are rings");
        if (virtual_8086()) say("RFLAGS.VM is 1", "virtual-8086 mode: addresses are as in real mode, at ring 3");
        if (!system_.cr0.has(Cr0::PG)) say("CR0.PG is 0", "no paging: a linear address is a physical one");
    }

    void paging()
    {
        say("CR0.PG is 1", "paging: linear addresses are translated by the tables at CR3");
        if (long_mode()) {
            say("EFER.LME is 1, so EFER.LMA is", "long mode");
            if (system_.cr4.has(Cr4::LA57)) return say("CR4.LA57 is 1", "5-level paging: linear addresses have 57 bits");
            return say("CR4.LA57 is 0", "4-level paging: linear addresses have 48 bits");
        }
        say("EFER.LMA is 0", "not long mode");
        if (system_.cr4.has(Cr4::PAE)) return say("CR4.PAE is 1", "PAE paging: 32-bit linear addresses, entries of 64 bits");
        say("CR4.PAE is 0", "32-bit paging: entries of 32 bits");
        say(fmt::format("CR4.PSE is {}", system_.cr4.has(Cr4::PSE) ? 1 : 0),
            system_.cr4.has(Cr4::PSE) ? "pages of 4 KiB and of 4 MiB" : "pages of 4 KiB only");
    }

    void width()
    {
        const x86::Segment& cs = system_.cs;
        if (long_mode() && cs.long_code) return say("CS.L is 1", "64-bit code");
        const std::string lead =
            long_mode() ? fmt::format("CS.L is 0, CS.D is {}", cs.big ? 1 : 0) : fmt::format("CS.D is {}", cs.big ? 1 : 0);
        say(lead, fmt::format("{}-bit code{}", cs.big ? 32 : 16, long_mode() ? ", in compatibility mode" : ""));
    }

    void ring()
    {
        if (system_.cr0.has(Cr0::PE) && !virtual_8086())
            say(fmt::format("SS.DPL is {}", system_.ss.dpl), fmt::format("ring {}", system_.ss.dpl));
        const bool on = registers_.rflags.has(x86::Rflags::IF);
        say(fmt::format("RFLAGS.IF is {}", on ? 1 : 0), on ? "external interrupts are taken" : "external interrupts wait");
    }

    /// SDM Vol. 3A, "Initializing IA-32e Mode" (9.8.5); Vol. 3C, "Checks on the Guest State Area" (27.3.1).
    void contradictions()
    {
        constexpr auto kNever = "no processor is in this state";
        const bool paging = system_.cr0.has(Cr0::PG);
        if (paging && !system_.cr0.has(Cr0::PE)) say("CR0.PG without CR0.PE", kNever);
        if (long_mode() && !paging) say("EFER.LMA without CR0.PG", kNever);
        if (long_mode() && !system_.efer.has(Efer::LME)) say("EFER.LMA without EFER.LME", kNever);
        if (long_mode() && !system_.cr4.has(Cr4::PAE)) say("EFER.LMA without CR4.PAE", kNever);
        if (!long_mode() && paging && system_.efer.has(Efer::LME)) say("EFER.LME and CR0.PG without EFER.LMA", kNever);
        if (long_mode() && system_.cs.long_code && system_.cs.big) say("CS.L and CS.D", "the two exclude each other in long mode");
    }

    const x86::Registers& registers_;
    const x86::SystemRegisters& system_;
    std::vector<Reason> reasons_;
};

}  // namespace

std::vector<Reason> explain_mode(const x86::Registers& registers, const x86::SystemRegisters& system)
{
    return Reasons{registers, system}.all();
}

}  // namespace husk::debug
