#pragma once

#include "guests/probes.hpp"

#include <husk/machine.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace husk::cli {

/// What came of a tiny guest.
struct Told {
    std::optional<std::uint32_t> value;  ///< nothing if the engine refused it, or it ended in any other way than it should
    std::array<std::uint32_t, guests::kCpuidWords> words{};  ///< at guests::kProbeData
};

/// A tiny guest, ready to run.
struct Probe {
    x86::Mode mode = x86::Mode::Long;
    std::vector<guests::ProbeCode> code;  ///< one after the other
    Flags<x86::Cr4> cr4{};                ///< what is set besides
    bool ring3 = false;                   ///< start there, with all pages open to it; long mode only
};

/// Runs it on `engine`, which must be Kvm or Soft, in a machine of its own.
Told run_probe(const Probe& probe, Engine engine);

}  // namespace husk::cli
