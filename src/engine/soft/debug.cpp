// What a debugger asks of the processor: one instruction at a time, and to stop before some.
#include "engine/soft/vcpu.hpp"

#include <limits>
#include <stdexcept>

namespace husk::soft {

namespace exits = engine::exits;

engine::DebugAbilities Vcpu::debug_abilities()
{
    constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();
    return {.breakpoints = kAny, .data = 0, .trap_instructions = false, .user_breakpoints = kAny, .user_data = 0, .no_user = {}};
}

void Vcpu::set_debug(const engine::DebugRequest& request)
{
    if (request == debug_) return;
    std::vector<std::uint64_t> breakpoints;
    for (const engine::Watch& watch : request.watches) {
        if (watch.on != engine::Watch::On::Execute) throw std::invalid_argument{"the software engine watches no data"};
        breakpoints.push_back(watch.at);
    }
    if (request.trap_instructions) throw std::invalid_argument{"the software engine does not stop at INT3"};
    emulator_.set_breakpoints(std::move(breakpoints));
    debug_ = request;
}

/// The next instruction, which run() has not come to.
Vcpu::Result Vcpu::slow()
{
    if (!debug_.watches.empty() && emulator_.at_breakpoint()) return exits::Debug{};
    return step();
}

/// One instruction, whoever executes it; an exit if there is one, else the debugger's.
Vcpu::Result Vcpu::debug_step()
{
    using Came = Emulator::Event;
    const std::uint64_t before = emulator_.registers().rip;
    through_ = false;
    const auto event = emulator_.step();
    if (auto exit = on(event)) return exit;
    // Stopped before it began, or where a site was and is none any more.
    const bool moved = emulator_.registers().rip != before;
    if (event == Came::Stopped || (event == Came::Site && !moved)) return std::nullopt;
    return exits::Debug{.stepped = true};
}

}  // namespace husk::soft
