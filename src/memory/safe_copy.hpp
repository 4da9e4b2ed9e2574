#pragma once

#include <cstddef>
#include <span>

namespace husk {

/// Copies between this process's own memory and memory of it that may not be there: not mapped, not to be read or written, or of a
/// file that has been cut short. What is not there raises no signal; the copy stops before it. The number of bytes copied.
std::size_t read_safely(std::span<const std::byte> from, std::span<std::byte> into) noexcept;
std::size_t write_safely(std::span<std::byte> to, std::span<const std::byte> from) noexcept;

}  // namespace husk
