#pragma once

#include "program/image/start.hpp"
#include "program/process/initial_stack.hpp"
#include "program/space/space.hpp"

#include <cstdint>
#include <string>

namespace husk::program {

/// Where a program that has been loaded starts.
struct Loaded {
    std::uint64_t entry = 0;
    std::uint64_t stack_pointer = 0;
    std::uint64_t bias = 0;              ///< what the program's own addresses are raised by
    std::uint64_t interpreter_bias = 0;  ///< and what its interpreter's are, if it has one
    StackImage stack;
};

/// The stack's size: what `ulimit -s` says as a rule.
inline constexpr std::uint64_t kStackSize = 8_MiB;

/// Maps the program and its interpreter, places the break behind the program, and builds the stack, as execve() does. `what`'s
/// auxiliary vector gets what only the loader knows (AT_PHDR, AT_BASE, AT_ENTRY …) in front. The error is an errno, with what could
/// not be done.
struct LoadError {
    int code = 0;
    std::string what;
};
tl::expected<Loaded, LoadError> load(Space& space, const Start& start, InitialStack what);

}  // namespace husk::program
