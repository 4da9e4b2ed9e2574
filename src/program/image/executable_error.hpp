#pragma once

#include <husk/image.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace husk::program {

/// Why a file cannot be started.
struct ExecutableError {
    int code = ENOEXEC;  ///< errno that execve() would give, or ENOEXEC where it would give in half-way and kill the process
    ImageError what{};   ///< which field of the file is wrong, where, and how
    bool operator==(const ExecutableError&) const = default;
};

/// "e_phnum (file offset 0x38): …".
inline std::string describe(const ExecutableError& error)
{
    return husk::describe(error.what);
}

/// An ExecutableError about a field of the file, ready to be returned from a function that gives tl::expected.
template <typename... Args>
tl::unexpected<ExecutableError> bad_executable(int code, std::string field, std::uint64_t offset,
                                               fmt::format_string<Args...> problem, Args&&... args)
{
    return tl::unexpected{ExecutableError{code, {std::move(field), offset, fmt::format(problem, std::forward<Args>(args)...)}}};
}

}  // namespace husk::program
