#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace husk {

/// Fills `into` from `offset` of the file on. Throws Error naming `what`: EIO if the file ends before that.
void read_exactly(int fd, std::uint64_t offset, std::span<std::byte> into, std::string_view what);
/// Throws Error naming `what`.
void write_exactly(int fd, std::uint64_t offset, std::span<const std::byte> from, std::string_view what);

}  // namespace husk
