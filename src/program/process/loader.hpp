#pragma once

#include "base/unique_fd.hpp"
#include "program/image/executable.hpp"
#include "program/process/initial_stack.hpp"
#include "program/space/space.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace husk::program {

/// A file to start: open for reading, its headers read.
struct Image {
    std::string path;  ///< as the guest knows it
    int fd = -1;       ///< the caller's
    Executable executable;
};

/// What a program starts with.
struct Start {
    std::uint64_t entry = 0;
    std::uint64_t stack_pointer = 0;
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
tl::expected<Start, LoadError> load(Space& space, const Image& program, const std::optional<Image>& interpreter,
                                    InitialStack what);

}  // namespace husk::program
