#include "machine/run.hpp"

#include "base/match.hpp"
#include "machine/code_at.hpp"
#include "machine/legacy_paging.hpp"

#include <husk/error.hpp>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace husk::machine {

namespace {

namespace exits = engine::exits;
constexpr std::optional<Stop> kGoOn;

/// Ports count one by one, memory by the page.
Stats::Access& count(std::map<Stats::Place, Stats::Access>& table, std::uint64_t address, bool write, std::uint64_t items,
                     bool claimed)
{
    Stats::Access& access = table[{address, write}];
    ++access.exits;
    access.items += items;
    access.claimed = claimed;
    return access;
}

std::uint64_t page_of(GuestPhys at)
{
    return at.value / kPageSize * kPageSize;
}

/// True if the state is one that another engine can go on with. What it takes of the processor's other registers, the change itself
/// finds out.
bool can_change_engine(const x86::SystemRegisters& system)
{
    return !system.cr4.has(x86::Cr4::OSXSAVE) && system.cs.dpl == 0;
}

}  // namespace

Stop Run::until_stop()
{
    const bool debugged = !parts_.breakpoints.empty();
    for (;;)
        if (auto stop = on_this_engine([&] { return debugged ? to_breakpoint() : step(); })) return *std::move(stop);
}

std::optional<Stop> Run::step()
{
    return serve(enter_guest());
}

std::optional<Stop> Run::serve(const engine::Exit& exit)
{
    return std::visit(
        match{
            [&](const exits::PortIn& io) { return answer(io); },
            [&](const exits::PortOut& io) { return forward(io); },
            [&](const exits::MmioRead& access) { return answer(access); },
            [&](const exits::MmioWrite& access) { return forward(access); },
            [&](const exits::Halt&) { return halted(); },
            [&](const exits::Shutdown& exit_) { return shut_down(exit_); },
            [](const exits::Exception& exit_) -> std::optional<Stop> { return stops::UnhandledException{exit_.exception}; },
            [&](const exits::CannotExecute& exit_) { return cannot_execute(exit_); },
            [&](const exits::MemoryFault&) -> std::optional<Stop> {
                if (parts_.memory.image()) parts_.memory.image()->check();
                throw Error{"KVM_RUN", EFAULT, "the host has no memory behind an address that the guest used"};
            },
            [&](const exits::Interrupted&) { return interrupted(); },
            [&](const exits::Debug& exit_) { return debugged(exit_); },
        },
        exit);
}

engine::Exit Run::enter_guest()
{
    ++parts_.stats.exits;
    return parts_.watched ? enter_watched() : parts_.vcpu().run();
}

engine::Exit Run::enter_watched()
{
    if (parts_.trace) parts_.trace->enters();
    const auto begin = std::chrono::steady_clock::now();
    auto exit = parts_.vcpu().run();
    if (parts_.config.measure_time) parts_.stats.in_guest += std::chrono::steady_clock::now() - begin;
    if (parts_.trace) parts_.trace->left(exit, parts_.vcpu());
    return exit;
}

std::optional<Stop> Run::answer(const exits::PortIn& io)
{
    const auto target = parts_.ports.find(io.port);
    count(parts_.stats.ports, io.port, false, io.data.size() / io.width, target.has_value());
    std::ranges::fill(io.data, std::byte{0xFF});
    if (target) {
        for (auto left = io.data; !left.empty(); left = left.subspan(io.width))
            target->device.read(target->offset, left.first(io.width));
        return kGoOn;
    }
    if (!parts_.config.strict) return kGoOn;
    parts_.vcpu().settle();
    return stops::Unclaimed{stops::Unclaimed::Space::Port, stops::Unclaimed::Access::Read, io.port, io.width};
}

std::optional<Stop> Run::forward(const exits::PortOut& io)
{
    const auto target = parts_.ports.find(io.port);
    count(parts_.stats.ports, io.port, true, io.data.size() / io.width, target.has_value());
    std::optional<Stop> stop;
    if (target)
        stop = target->device.write_items(target->offset, io.width, io.data);
    else if (parts_.config.strict)
        stop = stops::Unclaimed{stops::Unclaimed::Space::Port, stops::Unclaimed::Access::Write, io.port, io.width};
    if (stop) parts_.vcpu().settle();
    return stop;
}

std::optional<Stop> Run::answer(const exits::MmioRead& access)
{
    const auto target = parts_.mmio.find(access.at.value);
    count(parts_.stats.mmio, page_of(access.at), false, 1, target.has_value());
    std::ranges::fill(access.data, std::byte{0xFF});
    if (target) {
        target->device.read(target->offset, access.data);
        return kGoOn;
    }
    if (!parts_.config.strict) return kGoOn;
    parts_.vcpu().settle();
    return stops::Unclaimed{stops::Unclaimed::Space::Memory, stops::Unclaimed::Access::Read, access.at.value,
                            static_cast<std::uint32_t>(access.data.size())};
}

std::optional<Stop> Run::forward(const exits::MmioWrite& access)
{
    const auto target = parts_.mmio.find(access.at.value);
    count(parts_.stats.mmio, page_of(access.at), true, 1, target.has_value());
    std::optional<Stop> stop;
    if (target)
        stop = target->device.write(target->offset, access.data);
    else if (parts_.config.strict)
        stop = stops::Unclaimed{stops::Unclaimed::Space::Memory, stops::Unclaimed::Access::Write, access.at.value,
                                static_cast<std::uint32_t>(access.data.size())};
    if (stop) parts_.vcpu().settle();
    return stop;
}

std::optional<Stop> Run::interrupted()
{
    ++parts_.stats.interrupted;
    const bool cancelled = parts_.cancelled.exchange(false);
    const bool late = deadline_ != engine::kNever && std::chrono::steady_clock::now() >= deadline_;
    if (!cancelled && !late) return kGoOn;
    parts_.vcpu().settle();
    return cancelled ? Stop{stops::Cancelled{}} : Stop{stops::OutOfTime{}};
}

std::optional<Stop> Run::shut_down(const exits::Shutdown& exit)
{
    const x86::Registers registers = parts_.vcpu().registers();
    const x86::SystemRegisters system = parts_.vcpu().system_registers();
    if (parts_.chosen.engine == Engine::Kvm && turns_on_legacy_paging(code_at(parts_.memory, system, registers), registers, system))
        if (auto why = kvm_lacks(x86::Mode::Paged); !why.empty()) return cannot_execute({std::move(why)});
    return stops::TripleFault{exit.registers_lost, exit.first};
}

std::optional<Stop> Run::cannot_execute(const exits::CannotExecute& exit)
{
    const x86::Registers registers = parts_.vcpu().registers();
    const x86::SystemRegisters system = parts_.vcpu().system_registers();
    const CodeAt code = code_at(parts_.memory, system, registers);
    if (code.nowhere)
        return stops::Unclaimed{stops::Unclaimed::Space::Memory, stops::Unclaimed::Access::Fetch, code.nowhere->value, 1};
    const bool may_change = parts_.config.engine == Engine::Auto && parts_.chosen.engine == Engine::Kvm && has_soft_engine();
    if (may_change && can_change_engine(system) && parts_.change_to_soft(exit.reason)) {
        changed_engine_ = true;
        return kGoOn;
    }
    return stops::CannotExecute{exit.reason, code.linear, code.bytes, code.size};
}

}  // namespace husk::machine
