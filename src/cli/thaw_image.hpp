#pragma once

#include "cli/thaw_options.hpp"

#include <husk/frozen.hpp>

namespace husk::cli {

/// Goes on with a frozen machine, once or many times; gives the exit status. Throws Error.
int thaw_image(const ThawOptions& options, const Frozen& frozen);

}  // namespace husk::cli
