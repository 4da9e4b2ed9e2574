#include "cli/tour.hpp"

#include "base/indented.hpp"
#include "debug/bits.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace husk::cli {

namespace {

/// Why a step is done. `what` is how its text starts, where one call is done for several reasons.
struct Reason {
    std::string_view call, what, why;
};
constexpr auto kReasons = std::to_array<Reason>({
    {"open", "", "KVM is a device; all else is an ioctl of it, or of what it gives"},
    {"KVM_GET_API_VERSION", "", "12 since Linux 2.6.22; another number would be another interface"},
    {"KVM_GET_VCPU_MMAP_SIZE", "", "how much of it each processor shares with this process"},
    {"KVM_CHECK_EXTENSION", "", "what this kernel can do beyond the beginnings; 0 is no"},
    {"KVM_CREATE_VM", "", "a machine with no memory, no processor and no device"},
    {"KVM_SET_TSS_ADDR", "", "three pages that Intel's VT-x needs to show real mode; out of the guest's way"},
    {"KVM_CREATE_VCPU", "", "a processor, as it is when power comes on: real mode, at the reset vector"},
    {"mmap", "", "the run page: where KVM says why the guest stopped, and takes answers"},
    {"KVM_GET_SUPPORTED_CPUID", "", "what of the host's processor KVM can show a guest"},
    {"KVM_SET_CPUID2", "", "and so what the guest's CPUID says; without it there is no long mode"},
    {"KVM_SET_SIGNAL_MASK", "", "one signal may interrupt the guest: so a timeout needs no thread"},
    {"KVM_SET_USER_MEMORY_REGION", "", "memory of this process becomes the guest's: no copy, the same pages"},
    {"KVM_GET_SREGS", "", "the system registers as they are at reset, to change some and keep the rest"},
    {"KVM_SET_SREGS", "", "the mode: control registers, segments, EFER"},
    {"KVM_SET_REGS", "", "where the guest begins, and its stack"},
    {"run page", "system", "the mode; in the run page it costs no call of its own"},
    {"run page", "general", "where the guest begins, and its stack"},
    {"KVM_RUN", "KVM_EXIT_IO", "the guest talks to a port: it stops, Husk plays the device, it goes on"},
    {"KVM_RUN", "KVM_EXIT_MMIO", "the guest touches an address where no memory is: a device, if one is there"},
    {"KVM_RUN", "KVM_EXIT_HLT", "HLT: with no interrupt to wait for, the guest is done"},
    {"KVM_RUN", "KVM_EXIT_INTERNAL_ERROR", "KVM cannot go on: its emulator does not know the instruction"},
    {"KVM_RUN", "KVM_EXIT_SHUTDOWN", "a triple fault: a fault while handling a fault while handling a fault"},
    {"KVM_RUN", "", "the processor was interrupted"},
    {"memory", "", "private pages of this process, given when they are touched"},
    {"code", "", "the guest itself, copied to where it is to begin"},
    {"page tables", "", "each address leads to itself: PRESENT, RW, USER, and PS where a page is large"},
    {"processor", "", "emulated: each block of the guest's code is translated into the host's"},
    {"system registers", "", "the mode: control registers, segments, EFER"},
    {"general registers", "", "where the guest begins, and its stack"},
    {"run", "", "until an instruction needs Husk: IN, OUT, HLT, an address with no memory"},
    {"answer", "", "at 0x400 and in the accumulator, as the guest was asked to"},
});

std::string_view why(const Step& step)
{
    const auto* const found = std::ranges::find_if(
        kReasons, [&](const Reason& each) { return each.call == step.call && step.what.starts_with(each.what); });
    return found == kReasons.end() ? std::string_view{} : found->why;
}

std::string segment_text(std::string_view name, const x86::Segment& segment)
{
    return fmt::format("{} {:#06x}: base {:#x}, limit {:#x}{}", name, segment.selector, segment.base, segment.limit,
                       segment.long_code ? ", 64-bit code"
                       : segment.big     ? ", 32-bit"
                                         : ", 16-bit");
}

std::string system_text(const x86::SystemRegisters& system)
{
    std::string text = fmt::format("CR0 {:#x}: {}\n", system.cr0.word(), debug::bit_names(system.cr0));
    if (system.cr0.has(x86::Cr0::PG)) text += fmt::format("CR3 {:#x}: where the page tables begin\n", system.cr3);
    if (system.cr4.word() != 0) text += fmt::format("CR4 {:#x}: {}\n", system.cr4.word(), debug::bit_names(system.cr4));
    if (system.efer.word() != 0) text += fmt::format("EFER {:#x}: {}\n", system.efer.word(), debug::bit_names(system.efer));
    text += segment_text("CS", system.cs) + "\n";
    return text + "so: " + why_this_mode(system) + "\n";
}

std::string registers_text(const x86::Registers& registers)
{
    return fmt::format("RIP {:#x}, RSP {:#x}, RFLAGS {:#x}: {}\n", registers.rip, registers.rsp, registers.rflags.word(),
                       debug::bit_names(registers.rflags));
}

/// "KVM_RUN, 14 times: …".
std::string title(const Step& step, std::size_t times)
{
    std::string text = step.call;
    if (times > 1) text += fmt::format(", {} times", times);
    if (!step.what.empty()) text += ": " + step.what;
    return text;
}

}  // namespace

std::string why_this_mode(const x86::SystemRegisters& system)
{
    using x86::Cr0;
    if (!system.cr0.has(Cr0::PE)) return "PE is clear: real mode, an address is 16 times a segment plus 16 bits";
    if (!system.cr0.has(Cr0::PG)) return "PE is set, PG is not: protected mode without paging, an address is what the bus sees";
    if (!system.efer.has(x86::Efer::LMA))
        return "PE and PG are set, LMA is not: protected mode, an address goes through page tables";
    return fmt::format("PE, PG and LMA are set, and CS says {}: {}", system.cs.long_code ? "64-bit" : "less than 64-bit",
                       system.cs.long_code ? "long mode" : "long mode's compatibility mode");
}

void Tour::add(const Step& step)
{
    if (!stops_.empty()) {
        Stop& last = stops_.back();
        const bool plain = !step.registers && !step.system && last.step.call == step.call;
        if (plain && last.step.what == step.what) {
            ++last.times;
            return;
        }
        if (plain && step.call == "KVM_CHECK_EXTENSION") {
            last.step.what += ", " + step.what;
            return;
        }
    }
    stops_.push_back({step});
}

std::string Tour::text() const
{
    constexpr std::size_t kColumn = 62, kIndent = 6;
    std::string text;
    std::size_t number = 0;
    for (const auto& [step, times] : stops_) {
        const std::string what = title(step, times);
        const auto reason = why(step);
        text += what.size() <= kColumn ? fmt::format("  {:>2}  {:<{}}  {}\n", ++number, what, kColumn, reason)
                                       : fmt::format("  {:>2}  {}\n      {:<{}}  {}\n", ++number, what, "", kColumn, reason);
        if (step.system) text += indented(system_text(*step.system), kIndent);
        if (step.registers) text += indented(registers_text(*step.registers), kIndent);
    }
    return text;
}

nlohmann::json Tour::to_json() const
{
    auto all = nlohmann::json::array();
    for (const auto& [step, times] : stops_)
        all.push_back({{"call", step.call}, {"what", step.what}, {"times", times}, {"why", why(step)}});
    return all;
}

}  // namespace husk::cli
