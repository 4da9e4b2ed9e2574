// What Run does for a debugger: single steps, breakpoints, watchpoints.
#include "engine/accesses.hpp"
#include "machine/code_at.hpp"
#include "machine/run.hpp"
#include "x86/walk.hpp"

#include <husk/error.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <utility>
#include <vector>

namespace husk::machine {

namespace {

namespace exits = engine::exits;
constexpr std::optional<Stop> kGoOn;

constexpr std::uint8_t kUser = 3;

/// How many bytes of prefixes the instruction has. SDM Vol. 2A, "Instruction Prefixes" (2.1.1).
std::size_t prefixes(const CodeAt& code)
{
    constexpr std::array kPrefixes{std::byte{0x26}, std::byte{0x2E}, std::byte{0x36}, std::byte{0x3E},
                                   std::byte{0x64}, std::byte{0x65}, std::byte{0x66}, std::byte{0x67},
                                   std::byte{0xF0}, std::byte{0xF2}, std::byte{0xF3}};
    const auto is_prefix = [&](std::byte byte) { return std::ranges::find(kPrefixes, byte) != kPrefixes.end(); };
    const auto bytes = std::span{code.bytes}.first(code.size);
    return static_cast<std::size_t>(std::ranges::find_if_not(bytes, is_prefix) - bytes.begin());
}

bool repeats(const CodeAt& code)
{
    constexpr std::array kRepeat{std::byte{0xF2}, std::byte{0xF3}};
    const auto found = std::span{code.bytes}.first(prefixes(code));
    return std::ranges::find_first_of(found, kRepeat) != found.end();
}

/// HLT leaves the guest by itself. Stepped, KVM's instruction emulator tells of the step, and of the halt an instruction too late.
bool halts(const CodeAt& code)
{
    constexpr std::byte kHalt{0xF4};
    const std::size_t opcode = prefixes(code);
    return opcode < code.size && code.bytes.at(opcode) == kHalt;
}

/// What `items` of them in a row touch, of which each is the first.
void extend(std::vector<engine::MemoryAccess>& accesses, std::uint64_t items, bool down)
{
    for (engine::MemoryAccess& access : accesses) {
        if (down) access.at -= (items - 1) * access.size;
        access.size *= items;
    }
}

}  // namespace

GuestVirt Run::linear_rip()
{
    return x86::linear_address(parts_.vcpu().system_registers(), &x86::SystemRegisters::cs, parts_.vcpu().registers().rip);
}

std::optional<Stop> Run::instruction(std::vector<engine::Watch> data)
{
    engine::Vcpu& vcpu = parts_.vcpu();
    const auto& lacks = vcpu.debug_abilities().no_user;
    const auto system = vcpu.system_registers();
    if (!lacks.empty() && system.cs.dpl == kUser) throw Error{"step", ENOTSUP, lacks};
    const bool halt = system.cs.dpl == 0 && halts(code_at(parts_.memory, system, vcpu.registers()));
    const Asked asked{vcpu, {.step = !halt, .watches = std::move(data)}};
    const std::uint64_t at = vcpu.registers().rip;
    while (!changed_engine_) {
        const engine::Exit exit = enter_guest();
        if (const auto* debug = std::get_if<exits::Debug>(&exit)) {
            if (debug->data) return debugged(*debug);
            if (debug->stepped) break;
            continue;
        }
        if (auto stop = serve(exit)) return stop;
        if (changed_engine_) break;
        // A device took part in it.
        vcpu.settle();
        if (vcpu.registers().rip != at) break;
    }
    return kGoOn;
}

/// The same with watchpoints, met by what the instruction is about to touch.
std::optional<Stop> Run::watched_instruction()
{
    engine::Vcpu& vcpu = parts_.vcpu();
    const auto system = vcpu.system_registers();
    const auto registers = vcpu.registers();
    const CodeAt code = code_at(parts_.memory, system, registers);
    auto accesses = engine::accesses_of(std::span{code.bytes}.first(code.size), registers, system);
    if (auto stop = instruction()) return stop;
    if (changed_engine_) return kGoOn;
    const std::uint64_t items = repeats(code) ? registers.rcx - vcpu.registers().rcx : 1;
    if (items > 1) extend(accesses, items, registers.rflags.has(x86::Rflags::DF));
    if (items == 0) accesses.clear();
    if (auto stop = parts_.breakpoints.behind(accesses)) return *stop;
    return kGoOn;
}

/// One instruction, whatever is at it, and with what there are for watchpoints.
std::optional<Stop> Run::off_breakpoint(const Breakpoints::Plan& plan)
{
    if (plan.by_stepping) return watched_instruction();
    auto data = plan.request.watches;
    std::erase_if(data, [](const engine::Watch& watch) { return watch.on == engine::Watch::On::Execute; });
    return instruction(std::move(data));
}

/// From where the guest is: on to the first that it meets.
std::optional<Stop> Run::to_breakpoint()
{
    engine::Vcpu& vcpu = parts_.vcpu();
    const engine::DebugAbilities abilities = vcpu.debug_abilities();
    const auto plan = parts_.breakpoints.plan(abilities, parts_.memory, vcpu.system_registers());
    if (std::exchange(let_pass_, false) || parts_.breakpoints.before(linear_rip())) {
        if (auto stop = off_breakpoint(plan)) return stop;
        if (changed_engine_) return kGoOn;
    }
    if (plan.by_stepping) return by_stepping();
    const Armed armed{plan, abilities, parts_.memory, vcpu};
    planted_ = !plan.planted.empty();
    std::optional<Stop> stop;
    while (!stop && !changed_engine_ && !let_pass_) stop = step();
    planted_ = false;
    return stop;
}

std::optional<Stop> Run::by_stepping()
{
    while (!changed_engine_) {
        if (auto stop = parts_.breakpoints.before(linear_rip())) return *stop;
        if (auto stop = watched_instruction()) return stop;
    }
    return kGoOn;
}

Stop Run::one_instruction()
{
    const auto once = [&]() -> std::optional<Stop> {
        engine::Vcpu& vcpu = parts_.vcpu();
        const auto plan = parts_.breakpoints.empty()
                              ? Breakpoints::Plan{}
                              : parts_.breakpoints.plan(vcpu.debug_abilities(), parts_.memory, vcpu.system_registers());
        if (auto stop = off_breakpoint(plan)) return stop;
        if (changed_engine_) return kGoOn;
        return stops::Debug{};
    };
    for (;;)
        if (auto stop = on_this_engine(once)) return *std::move(stop);
}

std::optional<Stop> Run::debugged(const exits::Debug& exit)
{
    if (exit.data) return stops::Debug{stops::Debug::Why::Watchpoint, GuestVirt{*exit.data}};
    if (auto stop = parts_.breakpoints.before(linear_rip())) return *stop;
    // An INT3 of the guest's own is its own affair.
    let_pass_ = exit.trap_instruction;
    return kGoOn;
}

/// HLT: the guest's own, or one that stands for a breakpoint.
std::optional<Stop> Run::halted()
{
    x86::Registers registers = parts_.vcpu().registers();
    if (planted_) {
        const GuestVirt before{linear_rip().value - 1};
        if (auto stop = parts_.breakpoints.before(before)) {
            --registers.rip;
            parts_.vcpu().set_registers(registers);
            return *stop;
        }
    }
    return stops::Halted{registers.rflags.has(x86::Rflags::IF)};
}

}  // namespace husk::machine
