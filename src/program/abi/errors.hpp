#pragma once

#include <cstdint>
#include <span>
#include <string_view>

/// The errors of system calls.
namespace husk::program {

struct ErrorName {
    int number = 0;
    std::string_view name;     ///< "ENOENT"
    std::string_view message;  ///< "No such file or directory", in English whatever the locale
};

/// A call failed if its result is from -4095 to -1. MAX_ERRNO in include/linux/err.h of Linux.
inline constexpr std::int64_t kMostErrno = 4095;
constexpr bool is_error(std::int64_t result)
{
    return result < 0 && result >= -kMostErrno;
}

/// All of Linux's, by number.
std::span<const ErrorName> errors();
/// By number or by name, EWOULDBLOCK and other second names too; nullptr if there is none.
const ErrorName* find_error(int number);
const ErrorName* find_error(std::string_view name);
/// ERESTARTSYS and its like, by which a kernel tells itself that a call is to be made again.
const ErrorName* find_restart(int number);

}  // namespace husk::program
