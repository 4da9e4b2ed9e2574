#include "program/trace/result.hpp"

#include <fmt/format.h>

#include "program/abi/errors.hpp"
#include "program/abi/names.hpp"
#include "program/trace/text.hpp"

namespace husk::program {
namespace {

std::string format_failure(int number)
{
    if (const ErrorName* const restart = find_restart(number)) return fmt::format("? {} ({})", restart->name, restart->message);
    if (const ErrorName* const error = find_error(number)) return fmt::format("-1 {} ({})", error->name, error->message);
    return fmt::format("-1 ERRNO_{0} (Unknown error {0})", number);
}

}  // namespace

std::string format_result(Returns kind, std::int64_t result)
{
    if (kind == Returns::None) return "?";
    if (is_error(result)) return format_failure(static_cast<int>(-result));
    const auto value = static_cast<std::uint64_t>(result);
    switch (kind) {
        case Returns::Hex: return hexadecimal(value);
        case Returns::Octal: return octal(value);
        case Returns::FileFlags: return fmt::format("{} (flags {})", hexadecimal(value), describe(Names::OpenFlags, value));
        case Returns::FdFlags: return value == 0 ? "0" : fmt::format("{:#x} (flags {})", value, describe(Names::FdFlags, value));
        case Returns::Policy: return fmt::format("{} ({})", result, describe(Names::SchedPolicy, value));
        case Returns::Decimal:
        case Returns::None: break;
    }
    return std::to_string(result);
}

}  // namespace husk::program
