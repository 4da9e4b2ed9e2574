#include "machine/breakpoints.hpp"

#include "memory/entries.hpp"
#include "x86/walk.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <stdexcept>
#include <utility>

namespace husk::machine {

namespace {

using On = Breakpoint::On;

// INT3 where that leaves the guest, else HLT, which leaves it in ring 0.
constexpr std::byte kInt3{0xCC}, kHlt{0xF4};

// An engine with more takes them all: to change the guest's code is for those that have to.
constexpr std::size_t kFew = 4;

/// Where the instruction at `at` is in memory, if it is.
std::optional<GuestPhys> in_memory(const GuestMemory& memory, const x86::SystemRegisters& system, GuestVirt at)
{
    const auto physical = x86::walk(system, at, entry_reader(memory)).physical;
    if (!physical || !memory.window(*physical, 1)) return std::nullopt;
    return physical;
}

/// The watch of a processor's that `wanted` is, if a debug register can hold it.
std::optional<engine::Watch> in_register(const Breakpoint& wanted)
{
    using Watch = engine::Watch;
    if (wanted.on == On::Execute) return Watch{.on = Watch::On::Execute, .at = wanted.at.value, .size = 1};
    constexpr std::uint64_t kMost = 8;
    const bool fits = wanted.size <= kMost && std::has_single_bit(wanted.size) && wanted.at.value % wanted.size == 0;
    if (!fits) return std::nullopt;
    // There are none for reads alone.
    const auto on = wanted.on == On::Write ? Watch::On::Write : Watch::On::Access;
    return Watch{.on = on, .at = wanted.at.value, .size = static_cast<std::uint8_t>(wanted.size)};
}

bool meets(On on, const engine::MemoryAccess& access)
{
    switch (on) {
        case On::Execute: return false;
        case On::Write: return access.write;
        case On::Read: return !access.write;
        case On::Access: return true;
    }
    return false;
}

bool overlap(const Breakpoint& wanted, const engine::MemoryAccess& access)
{
    return access.at - wanted.at.value < wanted.size || wanted.at.value - access.at < access.size;
}

}  // namespace

void Breakpoints::set(std::vector<Breakpoint> wanted, const GuestMemory& memory, engine::Vcpu& vcpu)
{
    if (std::ranges::any_of(wanted, [](const Breakpoint& each) { return each.size == 0; }))
        throw std::invalid_argument{"a breakpoint or watchpoint is on no bytes"};
    auto before = std::exchange(wanted_, std::move(wanted));
    if (wanted_.empty()) return;
    auto lacks = plan(vcpu.debug_abilities(), memory, vcpu.system_registers()).lacks;
    if (lacks.empty()) return;
    wanted_ = std::move(before);
    throw Error{"breakpoint", ENOTSUP, lacks};
}

Breakpoints::Plan Breakpoints::plan(const engine::DebugAbilities& abilities, const GuestMemory& memory,
                                    const x86::SystemRegisters& system) const
{
    Plan plan;
    std::vector<const Breakpoint*> unmapped;
    const auto take_register = [&](const Breakpoint& wanted, std::size_t most) {
        const auto watch = in_register(wanted);
        if (!watch || plan.request.watches.size() >= most) return false;
        plan.request.watches.push_back(*watch);
        return true;
    };
    for (const Breakpoint& wanted : wanted_) {
        if (wanted.on != On::Execute || wanted.hardware) continue;
        const auto at = in_memory(memory, system, wanted.at);
        if (at && abilities.breakpoints <= kFew)
            plan.planted.push_back(*at);
        else
            unmapped.push_back(&wanted);
    }
    // The processor's own, first for those that nothing else can do.
    const auto lack = [&](const Breakpoint& wanted, std::string_view why) {
        const std::size_t registers = abilities.breakpoints;
        plan.lacks = fmt::format("the breakpoint at {:#x} needs one of the processor's breakpoint registers{}: {}", wanted.at.value,
                                 why, registers == 0 ? "this host's KVM gives none" : fmt::format("all {} are taken", registers));
    };
    for (const Breakpoint& wanted : wanted_)
        if (wanted.on == On::Execute && wanted.hardware && !take_register(wanted, abilities.breakpoints)) lack(wanted, "");
    for (const Breakpoint* wanted : unmapped)
        if (!take_register(*wanted, abilities.breakpoints)) lack(*wanted, ", as no memory is mapped there");
    for (const Breakpoint& wanted : wanted_)
        if (wanted.on != On::Execute && !take_register(wanted, abilities.data)) plan.by_stepping = true;
    if (plan.by_stepping) {
        plan.request = {.step = true};
        plan.planted.clear();
    }
    plan.request.trap_instructions = abilities.trap_instructions && !plan.planted.empty();
    return plan;
}

std::optional<stops::Debug> Breakpoints::before(GuestVirt at) const
{
    const auto found =
        std::ranges::find_if(wanted_, [&](const Breakpoint& each) { return each.on == On::Execute && each.at == at; });
    if (found == wanted_.end()) return std::nullopt;
    return stops::Debug{stops::Debug::Why::Breakpoint, at};
}

std::optional<stops::Debug> Breakpoints::behind(std::span<const engine::MemoryAccess> accesses) const
{
    for (const Breakpoint& wanted : wanted_)
        for (const engine::MemoryAccess& access : accesses)
            if (meets(wanted.on, access) && overlap(wanted, access)) return stops::Debug{stops::Debug::Why::Watchpoint, wanted.at};
    return std::nullopt;
}

Asked::~Asked()
{
    try {
        vcpu_.set_debug({});
    } catch (const Error&) {
        // The next who asks says it.
    }
}

Armed::Armed(const Breakpoints::Plan& plan, const engine::DebugAbilities& abilities, GuestMemory& memory, engine::Vcpu& vcpu)
    : memory_{memory}, asked_{vcpu, plan.request}, instruction_{abilities.trap_instructions ? kInt3 : kHlt}
{
    planted_.reserve(plan.planted.size());
    for (const GuestPhys at : plan.planted) {
        const auto byte = memory.window(at, 1);
        if (!byte) continue;
        planted_.push_back({at, byte->front()});
        byte->front() = instruction_;
    }
}

Armed::~Armed()
{
    // In reverse: one address may be there twice. What the guest has put there meanwhile is its own.
    for (auto each = planted_.rbegin(); each != planted_.rend(); ++each)
        if (const auto byte = memory_.window(each->at, 1); byte && byte->front() == instruction_) byte->front() = each->was;
}

}  // namespace husk::machine
