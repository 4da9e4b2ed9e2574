#pragma once

#include "cli/freeze_options.hpp"

namespace husk::cli {

/// Boots the image, runs it to the point, writes the frozen machine; gives the exit status. Throws BadInput, Error.
int freeze_image(const FreezeOptions& options, const BootOptions& boot);

}  // namespace husk::cli
