#pragma once

#include "base/unique_fd.hpp"

namespace husk {

/// An empty file in memory, without a name, for a MemoryImage. Throws Error.
UniqueFd new_image_file();
/// It never changes any more. Throws Error.
void seal_image_file(int fd);

}  // namespace husk
