#pragma once

#include "process.hpp"
#include "report.hpp"
#include "side.hpp"

/// The memory of whole processes.
namespace husk::bench {

/// KiB of the guest's memory that hello64 leaves touched.
double touched_on_husk(Engine engine);
template <typename Floor>
double touched_on_floor();

/// A process that runs hello64, and what its guest touches of its own memory.
struct Weighed {
    Command command;
    double guest = 0;  ///< KiB
};

/// Peak resident memory of both beyond the pages that the guest touched.
Row weigh(const char* what, const Weighed& reference, const Weighed& measured, std::optional<Bound> bound);

/// KiB of `memory` that have pages behind them.
double resident(std::span<const std::byte> memory);

template <typename Floor>
double touched_on_floor()
{
    Floor floor{guest::hello64()};
    floor_console console{};
    floor.run(console);
    return resident(floor.memory());
}

}  // namespace husk::bench
