#pragma once

#include "machine/parts.hpp"

#include <optional>

namespace husk::machine {

/// The run loop: enters the guest, serves each exit, until one of them is a Stop.
class Run {
public:
    Run(Parts& parts, engine::Deadline deadline) : parts_{parts}, deadline_{deadline} {}

    Stop until_stop();

private:
    /// Runs on the processor at hand; nothing if the machine changed to another engine.
    std::optional<Stop> on_this_engine();
    std::optional<Stop> step();
    engine::Exit enter_guest();

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
};

}  // namespace husk::machine
