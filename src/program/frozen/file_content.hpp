#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// The bytes of a file by its descriptor, whose offset does not change. Errors are errnos.
namespace husk::program {

/// XXH64 of its first `size` bytes, or of all that there are.
tl::expected<std::uint64_t, int> hash_of(int fd, std::uint64_t size);

/// The first `size` bytes, or all that there are.
tl::expected<std::vector<std::byte>, int> bytes_of(int fd, std::uint64_t size);

/// Writes all from the file's beginning on: 0, or the errno.
int put_bytes(int fd, std::span<const std::byte> bytes);

}  // namespace husk::program
