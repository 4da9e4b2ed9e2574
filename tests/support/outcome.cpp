#include "support/outcome.hpp"

#include "support/pad.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace husk::test {
namespace {

constexpr PortRange kPadPorts{0x500, 16};
constexpr MmioRange kPadMemory{GuestPhys{2_MiB}, kPageSize};
// Long enough for any machine; a guest that needs it has failed.
constexpr std::chrono::seconds kLimit{60};

void compare(std::string& report, const char* what, std::uint64_t one, std::uint64_t other)
{
    if (one != other) report += fmt::format("{}: {:#x} and {:#x}\n", what, one, other);
}

void compare(std::string& report, const char* what, const std::string& one, const std::string& other)
{
    if (one == other) return;
    const auto at = static_cast<std::size_t>(std::ranges::mismatch(one, other).in1 - one.begin());
    const std::size_t from = std::min(one.rfind('\n', at == 0 ? 0 : at - 1) + 1, at);
    report += fmt::format("{}, at {}: \"{}\" and \"{}\"\n", what, at, one.substr(from, one.find('\n', at) - from),
                          other.substr(from, other.find('\n', at) - from));
}

void compare(std::string& report, const x86::Registers& one, const x86::Registers& other)
{
    using R = x86::Registers;
    static constexpr std::pair<const char*, std::uint64_t R::*> kAll[]{
        {"rax", &R::rax}, {"rbx", &R::rbx}, {"rcx", &R::rcx}, {"rdx", &R::rdx}, {"rsi", &R::rsi}, {"rdi", &R::rdi},
        {"rsp", &R::rsp}, {"rbp", &R::rbp}, {"r8", &R::r8},   {"r9", &R::r9},   {"r10", &R::r10}, {"r11", &R::r11},
        {"r12", &R::r12}, {"r13", &R::r13}, {"r14", &R::r14}, {"r15", &R::r15}, {"rip", &R::rip}};
    for (const auto& [name, member] : kAll) compare(report, name, one.*member, other.*member);
    compare(report, "rflags", one.rflags.word(), other.rflags.word());
}

std::string text(const x86::Segment& segment)
{
    if (segment.unusable) return fmt::format("{:04x} unusable", segment.selector);
    return fmt::format("{:04x} base {:x} limit {:x} type {:x} dpl {} p{:d} s{:d} l{:d} d{:d} g{:d}", segment.selector, segment.base,
                       segment.limit, segment.type, segment.dpl, segment.present, segment.code_or_data, segment.long_code,
                       segment.big, segment.granular);
}

void compare(std::string& report, const x86::SystemRegisters& one, const x86::SystemRegisters& other)
{
    using S = x86::SystemRegisters;
    static constexpr std::pair<const char*, x86::Segment S::*> kSegments[]{{"cs", &S::cs}, {"ds", &S::ds},  {"es", &S::es},
                                                                           {"fs", &S::fs}, {"gs", &S::gs},  {"ss", &S::ss},
                                                                           {"tr", &S::tr}, {"ldt", &S::ldt}};
    for (const auto& [name, member] : kSegments) compare(report, name, text(one.*member), text(other.*member));
    compare(report, "gdt base", one.gdt.base, other.gdt.base);
    compare(report, "gdt limit", one.gdt.limit, other.gdt.limit);
    compare(report, "idt base", one.idt.base, other.idt.base);
    compare(report, "idt limit", one.idt.limit, other.idt.limit);
    compare(report, "cr0", one.cr0.word(), other.cr0.word());
    compare(report, "cr2", one.cr2, other.cr2);
    compare(report, "cr3", one.cr3, other.cr3);
    compare(report, "cr4", one.cr4.word(), other.cr4.word());
    compare(report, "cr8", one.cr8, other.cr8);
    compare(report, "efer", one.efer.word(), other.efer.word());
}

void compare(std::string& report, const std::vector<std::byte>& one, const std::vector<std::byte>& other,
             std::span<const Extent> aside)
{
    constexpr int kMost = 8;  // lines are enough to see what it is about
    int shown = 0;
    for (std::size_t at = 0; at < one.size() && shown < kMost; ++at) {
        const bool exempt = std::ranges::any_of(aside, [&](const Extent& extent) { return at >= extent.begin && at < extent.end; });
        if (one[at] == other[at] || exempt) continue;
        report += fmt::format("memory at {:#x}: {:02x} and {:02x}\n", at, static_cast<unsigned>(one[at]),
                              static_cast<unsigned>(other[at]));
        ++shown;
    }
}

}  // namespace

Outcome run_on(Engine engine, const Run& run)
{
    Outcome outcome;
    Pad ports;
    Pad memory;
    MachineConfig config{.engine = engine, .mode = run.mode};
    config.debug_console = [&](std::span<const std::byte> bytes) {
        for (const std::byte byte : bytes) outcome.output += static_cast<char>(byte);
    };
    Machine machine{std::move(config)};
    machine.attach(kPadPorts, ports);
    machine.attach(kPadMemory, memory);
    if (!machine.memory().write(run.base, run.code)) throw std::invalid_argument{"the guest does not fit"};
    machine.start(run.mode, run.base);
    outcome.stop = machine.run(kLimit);
    outcome.state = {machine.registers(), machine.system_registers()};
    outcome.accesses = ports.accesses() + memory.accesses();
    const auto host = machine.memory().regions()[0].host;
    outcome.memory.assign(host.begin(), host.end());
    return outcome;
}

Stop plain(const Stop& stop)
{
    return std::holds_alternative<stops::TripleFault>(stop) ? stops::TripleFault{} : stop;
}

std::string differences(const Outcome& one, const Outcome& other, std::span<const Extent> aside)
{
    std::string report;
    compare(report, "stop", describe(plain(one.stop)), describe(plain(other.stop)));
    compare(report, "output", one.output, other.output);
    compare(report, "accesses", one.accesses, other.accesses);
    if (!std::holds_alternative<stops::TripleFault>(one.stop)) {
        compare(report, one.state.registers, other.state.registers);
        compare(report, one.state.system, other.state.system);
    }
    compare(report, one.memory, other.memory, aside);
    return report;
}

}  // namespace husk::test
