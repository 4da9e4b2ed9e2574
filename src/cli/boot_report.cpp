#include "cli/boot_report.hpp"

#include "base/match.hpp"
#include "cli/accumulator.hpp"
#include "cli/exit_status.hpp"
#include "debug/disassemble.hpp"
#include "debug/explain.hpp"

#include <fmt/format.h>

#include <span>

namespace husk::cli {

namespace {

/// Registers, code, and how an address translates: what there is to see of a guest that went wrong.
std::string explain_state(const Machine& machine, std::optional<GuestVirt> address)
{
    const auto registers = machine.registers();
    const auto system = machine.system_registers();
    std::string text = debug::explain_registers(registers, system);
    text += "code at the instruction pointer:\n" + debug::explain_code(machine.memory(), registers, system);
    if (address)
        text += fmt::format("how {:#x} translates:\n", address->value) + debug::explain_address(machine.memory(), system, *address);
    return text;
}

std::optional<GuestVirt> last_page_fault(const Machine& machine)
{
    const auto system = machine.system_registers();
    if (!system.cr0.has(x86::Cr0::PG) || system.cr2 == 0) return std::nullopt;
    return GuestVirt{system.cr2};
}

std::string explain_triple_fault(const Machine& machine, const stops::TripleFault& fault)
{
    if (fault.registers_lost)
        return "this host's KVM (AMD-V) resets the registers at a triple fault: `--engine soft` shows them as they were\n";
    const bool other = fault.first && fault.first->vector != x86::kPageFault;
    return explain_state(machine, other ? std::nullopt : last_page_fault(machine));
}

std::string explain_exception(const Machine& machine, const stops::UnhandledException& fault)
{
    std::optional<GuestVirt> address;
    if (fault.exception.vector == x86::kPageFault) address = GuestVirt{fault.exception.address};
    return explain_state(machine, address);
}

std::string explain_unable(const Machine& machine, const stops::CannotExecute& stop, State state)
{
    const auto system = machine.system_registers();
    const auto bytes = std::span{stop.bytes}.first(stop.size);
    std::string text;
    for (const auto& instruction : debug::disassemble(bytes, stop.at.value, x86::bits_of_code(system), 1))
        text += fmt::format("instruction: {}  {}  ({}-bit code at {:#x}, {} mode)\n", debug::hex_bytes(instruction.bytes),
                            instruction.text, x86::bits_of_code(system), stop.at.value, name(x86::mode_of(system)));
    if (machine.engine() == Engine::Kvm) text += "the software engine may know it: --engine soft\n";
    return state == State::Shown ? text + explain_state(machine, {}) : text;
}

std::string explain_wrong_answers(const std::vector<Expectation>& expectations)
{
    std::string text;
    for (const auto& expectation : expectations)
        if (!expectation.met())
            text += fmt::format("husk: wrong answer: {} is {}, expected {:#x}\n", expectation.what,
                                expectation.found ? fmt::format("{:#x}", *expectation.found) : "not memory", expectation.expected);
    return text;
}

}  // namespace

std::vector<Expectation> check_expectations(const BootOptions& options, const Image& image, const Machine& machine)
{
    std::vector<Expectation> all;
    if (options.expected_ax) {
        const unsigned width = bits(image.mode);
        all.push_back({std::string{accumulator(width)}, *options.expected_ax, lower(machine.registers().rax, width)});
    }
    for (const auto& [at, value, bytes] : options.expected_memory) {
        Expectation expectation{fmt::format("{} bytes at {:#x}", bytes, at.value), value, {}};
        std::uint64_t found = 0;
        if (machine.memory().read(at, std::as_writable_bytes(std::span{&found, 1}).first(bytes))) expectation.found = found;
        all.push_back(std::move(expectation));
    }
    return all;
}

std::string explain(std::string_view guest, const Machine& machine, const Stop& stop, State state)
{
    std::string headline = fmt::format("husk: {}: {}\n", guest, describe(stop));
    const auto shown = [&](std::string text) { return state == State::Shown ? headline + text : headline; };
    return std::visit(match{
                          [&](const stops::Halted& halted) {
                              if (!halted.interrupts_on) return std::string{};
                              return shown("code at the instruction pointer:\n" +
                                           debug::explain_code(machine.memory(), machine.registers(), machine.system_registers()));
                          },
                          [](const stops::Exited&) { return std::string{}; },
                          [&](const stops::TripleFault& fault) { return shown(explain_triple_fault(machine, fault)); },
                          [&](const stops::UnhandledException& fault) { return shown(explain_exception(machine, fault)); },
                          [&](const stops::OutOfTime&) { return shown(explain_state(machine, {})); },
                          [&](const stops::Cancelled&) { return headline; },
                          [&](const stops::CannotExecute& unable) { return headline + explain_unable(machine, unable, state); },
                          [](const stops::FreezeAsked&) { return std::string{}; },
                          [&](const stops::Unclaimed&) { return shown(explain_state(machine, {})); },
                          [&](const stops::Debug&) { return headline; },
                      },
                      stop);
}

std::string explain(const Boot& boot, State state)
{
    if (std::holds_alternative<stops::Halted>(boot.stop) && !std::get<stops::Halted>(boot.stop).interrupts_on)
        return explain_wrong_answers(boot.expectations);
    return explain(boot.options.image, boot.machine, boot.stop, state);
}

}  // namespace husk::cli
