#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace husk {

/// Runs of whole pages within `memory`, a piece of this process's, that the process has of its own: it wrote to them, or had them
/// written. Not those that are still a file's, nor those that it never touched. By rising address. Throws Error.
std::vector<std::span<std::byte>> written_pages(std::span<std::byte> memory);

}  // namespace husk
