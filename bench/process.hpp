#pragma once

#include <chrono>
#include <string>
#include <vector>

/// Whole processes, timed and weighed. Their output goes to /dev/null; std::runtime_error if one does not exit with 0.
namespace husk::bench {

using Command = std::vector<std::string>;

/// From before the spawn until the child has been waited for.
std::chrono::nanoseconds run_process(const Command& command);

/// What it wrote to standard output.
std::string output_of(const Command& command);

/// The most memory it ever had resident, in KiB: VmHWM, read as the process exits.
double peak_resident(const Command& command);

}  // namespace husk::bench
