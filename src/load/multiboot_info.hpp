#pragma once

#include "load/overlap.hpp"

#include <husk/image.hpp>

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace husk::multiboot {

/// What a kernel finds at EBX, to be written at map::kMultibootInfo, with what it points to behind it: the memory map, made of
/// `memory` (by rising base, apart), the command line, and Husk's name. Fails if it does not fit map::kMultibootInfoSize.
/// Multiboot Specification, "Boot information format" (3.3).
tl::expected<std::vector<std::byte>, ImageError> information(std::span<const Extent> memory, std::string_view command_line);

}  // namespace husk::multiboot
