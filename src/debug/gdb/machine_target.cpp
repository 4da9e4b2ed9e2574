#include "debug/gdb/machine_target.hpp"

#include "debug/gdb/monitor.hpp"
#include "debug/gdb/stop_signal.hpp"
#include "memory/entries.hpp"
#include "x86/walk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace husk::debug::gdb {

namespace {

/// The host's view of guest-virtual memory from `at` on to the end of its page, at most `size` bytes; empty if there is none.
std::span<std::byte> piece(GuestMemory& memory, const x86::SystemRegisters& system, std::uint64_t at, std::uint64_t size)
{
    const auto physical = x86::walk(system, GuestVirt{at}, entry_reader(memory)).physical;
    if (!physical) return {};
    const std::uint64_t in_page = std::min(size, kPageSize - at % kPageSize);
    const auto window = memory.window(*physical, in_page);
    return window ? *window : std::span<std::byte>{};
}

}  // namespace

MachineTarget::MachineTarget(Machine& machine, Options options)
    : machine_{machine}, options_{std::move(options)}, left_{options_.timeout}
{
    attach();
}

void MachineTarget::attach()
{
    physical_ = false;
    description_ = std::make_unique<Description>(architecture_of(machine_.system_registers()), machine_.state().vectors.size());
}

StopReport MachineTarget::why_stopped()
{
    StopReport again = last_;
    again.words.clear();
    return again;
}

std::string MachineTarget::thread_info(std::int64_t)
{
    const auto system = machine_.system_registers();
    return fmt::format("vCPU 0, {} mode, ring {}", name(x86::mode_of(system)), system.cs.dpl);
}

MachineState MachineTarget::state(std::int64_t)
{
    if (!state_) {
        state_ = machine_.state();
        fill_initial_vectors(*state_);
    }
    return *state_;
}

void MachineTarget::set_state(std::int64_t, const MachineState& state)
{
    const MachineState before = this->state(1);
    state_.reset();
    // What the engine keeps beside them is left alone where it can be.
    const bool general = before.system == state.system && before.vectors == state.vectors;
    if (general)
        machine_.set_registers(state.registers);
    else
        machine_.set_state(state);
}

/// The registers that say where an address of the debugger's is.
x86::SystemRegisters MachineTarget::translation(bool physical) const
{
    return physical || physical_ ? x86::SystemRegisters{} : machine_.system_registers();  // without paging all is physical
}

std::size_t MachineTarget::read(std::uint64_t at, bool physical, std::span<std::byte> bytes)
{
    const auto system = translation(physical);
    std::size_t done = 0;
    while (done < bytes.size()) {
        const auto found = piece(machine_.memory(), system, at + done, bytes.size() - done);
        if (found.empty()) break;
        std::ranges::copy(found, bytes.begin() + static_cast<std::ptrdiff_t>(done));
        done += found.size();
    }
    return done;
}

bool MachineTarget::write(std::uint64_t at, std::span<const std::byte> bytes)
{
    const auto system = translation(false);
    while (!bytes.empty()) {
        const auto found = piece(machine_.memory(), system, at, bytes.size());
        if (found.empty()) return false;
        std::ranges::copy(bytes.first(found.size()), found.begin());
        at += found.size();
        bytes = bytes.subspan(found.size());
    }
    return true;
}

void MachineTarget::set_breakpoints(const std::vector<Breakpoint>& breakpoints)
{
    machine_.set_breakpoints(breakpoints);
    breakpoints_ = breakpoints;
}

Stop MachineTarget::run(bool step)
{
    if (left_ <= std::chrono::nanoseconds::zero()) return stops::OutOfTime{};
    const bool endless = left_ == std::chrono::nanoseconds::max();
    const auto begin = std::chrono::steady_clock::now();
    Stop stop = step ? machine_.step(left_) : machine_.run(left_);
    if (!endless) left_ -= std::chrono::steady_clock::now() - begin;
    return stop;
}

/// True if the guest is where a fault ended it, and nobody has moved it away.
bool MachineTarget::would_stop_again() const
{
    return fatal_ && machine_.registers() == fatal_at_;
}

StopReport MachineTarget::resume(const requests::Resume& how)
{
    state_.reset();
    if (would_stop_again()) {
        end_ = fatal_;
        return last_ = {.kind = StopReport::Kind::Terminated, .number = last_.number, .reason = {}, .words = {}};
    }
    fatal_.reset();
    const bool step = !how.actions.empty() && how.actions.front().step;
    return last_ = report(run(step));
}

StopReport MachineTarget::report(const Stop& stop)
{
    StopReport report = stop_report(stop);
    if (const auto* debug = std::get_if<stops::Debug>(&stop)) {
        report.reason = breakpoint_reason(*debug);
    } else if (report.kind != StopReport::Kind::Stopped) {
        end_ = stop;
    } else if (!report.cancelled) {
        fatal_ = stop;
        fatal_at_ = machine_.registers();
    }
    return report;
}

std::string MachineTarget::breakpoint_reason(const stops::Debug& stop) const
{
    if (stop.why == stops::Debug::Why::Step) return {};
    const bool data = stop.why == stops::Debug::Why::Watchpoint;
    for (const Breakpoint& each : breakpoints_) {
        if (each.at != stop.at || (each.on != Breakpoint::On::Execute) != data) continue;
        switch (each.on) {
            case Breakpoint::On::Execute: return each.hardware ? "hwbreak:;" : "swbreak:;";
            case Breakpoint::On::Write: return fmt::format("watch:{:x};", stop.at.value);
            case Breakpoint::On::Read: return fmt::format("rwatch:{:x};", stop.at.value);
            case Breakpoint::On::Access: return fmt::format("awatch:{:x};", stop.at.value);
        }
    }
    return {};
}

void MachineTarget::forget_interrupts()
{
    (void)machine_.run();  // which a cancel() that has come ends before the guest's next instruction
}

std::string MachineTarget::monitor(std::string_view command)
{
    const auto reset = [this] {
        options_.reset();
        state_.reset();
        fatal_.reset();
        end_.reset();
        last_ = {};
    };
    return run_monitor_command(command, {machine_, physical_, options_.reset ? std::function<void()>{reset} : nullptr});
}

std::optional<std::string> MachineTarget::object(std::string_view, std::string_view)
{
    return std::nullopt;
}

}  // namespace husk::debug::gdb
