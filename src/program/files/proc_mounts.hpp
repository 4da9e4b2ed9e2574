#pragma once

#include <string>
#include <vector>

namespace husk::program {

/// Where the host has a /proc, but for those at "/proc" and below: paths. What the host mounts later is not known.
std::vector<std::string> proc_mounts();

}  // namespace husk::program
