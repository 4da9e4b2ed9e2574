#pragma once

#include <chrono>
#include <string>
#include <vector>

/// Whole processes, timed and weighed. Their output goes to /dev/null; std::runtime_error if one does not exit with 0.
namespace husk::bench {

using Command = std::vector<std::string>;

/// From before the spawn until the child has been waited for.
std::chrono::nanoseconds run_process(const Command& command);

/// From before the spawn until the first byte of standard output; that `wanted` is all there was is checked. `input`, a file, is
/// its standard input.
std::chrono::nanoseconds first_output(const Command& command, const std::string& input, const std::string& wanted);

/// What it wrote to standard output.
std::string output_of(const Command& command);

/// The most memory it ever had resident, in KiB: VmHWM, read as the process exits.
double peak_resident(const Command& command);

}  // namespace husk::bench
