#pragma once

#include <string>

namespace husk::cli {

/// Husk's version, what it was built with and under which licences.
std::string version_text();

}  // namespace husk::cli
