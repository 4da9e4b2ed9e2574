#pragma once

#include "program/image/executable_error.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace husk::program {

/// How many bytes of a file Linux looks at to know how to start it: BINPRM_BUF_SIZE, include/uapi/linux/binfmts.h.
inline constexpr std::size_t kScriptLineLimit = 256;

/// The first line of a script.
struct Script {
    std::string interpreter;              ///< the path as written; empty if a NUL follows "#!"
    std::optional<std::string> argument;  ///< all that follows, as one argument; may be empty if a NUL cuts it off
    bool operator==(const Script&) const = default;
};

/// True if a file that starts so is a script.
bool is_script(std::span<const std::byte> start);

/// The first line of a script, of which `start` is the first kScriptLineLimit bytes, or all if it is shorter. Splits the line as
/// Linux does (fs/binfmt_script.c): blanks around interpreter and argument do not count, no quotes, a NUL ends what it is in; a
/// line that is longer is cut in its argument and refused (ENOEXEC) in its interpreter.
tl::expected<Script, ExecutableError> parse_script(std::span<const std::byte> start);

}  // namespace husk::program
