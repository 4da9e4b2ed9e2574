#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace husk::program {

/// What a program finds on its stack when it starts. System V ABI, AMD64 Supplement, "Initial Stack and Register State" (3.4.1).
struct InitialStack {
    std::vector<std::string> arguments;
    std::vector<std::string> environment;
    /// The auxiliary vector, but for AT_RANDOM, AT_PLATFORM, AT_EXECFN and AT_NULL, which point into the stack.
    std::vector<std::pair<std::uint64_t, std::uint64_t>> auxiliary;
    std::array<std::byte, 16> random{};
    std::string executable;  ///< AT_EXECFN
};

/// Where its parts came to lie, for /proc/self.
struct StackImage {
    std::uint64_t pointer = 0;     ///< RSP at the start, where argc is; `bytes` begin here
    std::vector<std::byte> bytes;  ///< up to the top
    std::uint64_t arguments_begin = 0, arguments_end = 0;
    std::uint64_t environment_begin = 0, environment_end = 0;
    std::vector<std::byte> auxiliary;  ///< as it is in memory
};

/// The bytes below `top`.
StackImage build_stack(const InitialStack& what, std::uint64_t top);

/// The value of an entry of an auxiliary vector as it is in memory: pairs of type and value.
std::optional<std::uint64_t> auxiliary_value(std::span<const std::byte> vector, std::uint64_t type);

}  // namespace husk::program
