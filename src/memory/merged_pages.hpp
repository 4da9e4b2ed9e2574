#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace husk {

/// Bytes of `memory`, which is this process's, that KSM has merged with equal pages; nothing if the host does not tell: Linux 6.8
/// and newer do, in /proc/self/smaps, by mapping. Of a mapping that is more than `memory` all count that may lie in it.
std::optional<std::uint64_t> merged_bytes(std::span<const std::byte> memory);

/// The same of the text of such a file, for the addresses from `begin` to before `end`.
std::optional<std::uint64_t> merged_bytes(std::string_view smaps, std::uint64_t begin, std::uint64_t end);

}  // namespace husk
