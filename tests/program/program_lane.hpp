#pragma once

#include "program/command_run.hpp"

#include <string>
#include <string_view>
#include <vector>

// The program tests are one program that runs once a lane: `native` only checks that each program does natively what its test says,
// `kvm`, `soft` and `nested` run it natively and then under `husk run` on that engine, and compare. HUSK_LANE chooses.
namespace husk::test {

/// The lane this process runs in. Throws std::invalid_argument if HUSK_LANE names none.
std::string program_lane();

/// Why it cannot run here, in words; empty if it can.
std::string program_lane_obstacle();

/// True if programs are run under Husk in this lane too.
bool runs_husk();

/// True if this lane's engine runs one thread only.
bool single_threaded();

/// `command` under `husk run` on this lane's engine, which may read and write its folder; `grants` are more options of `husk run`.
Command under_husk(const Command& command, const std::vector<std::string>& grants);

}  // namespace husk::test
