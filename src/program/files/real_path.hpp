#pragma once

#include <string>
#include <vector>

namespace husk::program {

/// A link that was met on the way.
struct HostLink {
    std::string path;  ///< of the link, without other links in it
    std::string text;
};

/// Where a path of the host leads, without links, "." and "..".
struct RealPath {
    std::string path;
    std::vector<HostLink> links;
};

/// Throws std::invalid_argument if `path` is not absolute, Error if there is no such file. Only for what the user says: it is not
/// safe against someone who changes folders meanwhile.
RealPath real_path(const std::string& path);

/// Where the host has a /proc, but for those at "/proc" and below.
std::vector<std::string> proc_mounts();

}  // namespace husk::program
