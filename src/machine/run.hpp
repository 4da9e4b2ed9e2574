#pragma once

#include "machine/parts.hpp"

#include <optional>
#include <vector>

namespace husk::machine {

/// The run loop: enters the guest, serves each exit, until one of them is a Stop.
class Run {
public:
    Run(Parts& parts, engine::Deadline deadline) : parts_{parts}, deadline_{deadline} {}

    Stop until_stop();
    /// Machine::step().
    Stop one_instruction();

private:
    /// Does `body` on the processor at hand until it gives a stop; nothing if the machine changed to another engine.
    template <typename Body>
    std::optional<Stop> on_this_engine(Body body);
    std::optional<Stop> step();
    std::optional<Stop> serve(const engine::Exit& exit);

    // For a debugger: debug_run.cpp
    std::optional<Stop> to_breakpoint();
    std::optional<Stop> by_stepping();
    std::optional<Stop> watched_instruction();
    std::optional<Stop> off_breakpoint(const Breakpoints::Plan& plan);
    /// Nothing: the instruction is done, or the machine changed to another engine.
    std::optional<Stop> instruction(std::vector<engine::Watch> data = {});
    GuestVirt linear_rip();
    std::optional<Stop> debugged(const engine::exits::Debug& exit);
    std::optional<Stop> halted();

    engine::Exit enter_guest();
    engine::Exit enter_watched();

    std::optional<Stop> answer(const engine::exits::PortIn& io);
    std::optional<Stop> forward(const engine::exits::PortOut& io);
    std::optional<Stop> answer(const engine::exits::MmioRead& access);
    std::optional<Stop> forward(const engine::exits::MmioWrite& access);
    std::optional<Stop> interrupted();
    std::optional<Stop> shut_down(const engine::exits::Shutdown& exit);
    std::optional<Stop> cannot_execute(const engine::exits::CannotExecute& exit);

    Parts& parts_;
    engine::Deadline deadline_;
    bool changed_engine_ = false;
    bool planted_ = false;   ///< a HLT may be a breakpoint's
    bool let_pass_ = false;  ///< the next instruction is one of the guest's own that the debugger was told of
};

template <typename Body>
std::optional<Stop> Run::on_this_engine(Body body)
{
    changed_engine_ = false;
    engine::Entered entered{parts_.vcpu(), deadline_};
    // A cancel() that came before this processor could be kicked.
    if (parts_.cancelled.exchange(false)) return stops::Cancelled{};
    try {
        while (!changed_engine_)
            if (auto stop = body()) return stop;
    } catch (...) {
        // A device threw. Its instruction is over all the same: left pending, it would be completed over whatever the caller does
        // next.
        parts_.vcpu().settle();
        throw;
    }
    return std::nullopt;
}

}  // namespace husk::machine
