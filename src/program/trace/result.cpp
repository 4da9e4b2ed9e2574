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

std::string format_result(Result kind, std::int64_t result)
{
    if (kind == Result::None) return "?";
    if (failed(result)) return format_failure(static_cast<int>(-result));
    const auto value = static_cast<std::uint64_t>(result);
    switch (kind) {
        case Result::Hex: return hexadecimal(value);
        case Result::Octal: return octal(value);
        case Result::FileFlags: return fmt::format("{} (flags {})", hexadecimal(value), describe(Names::OpenFlags, value));
        case Result::FdFlags: return value == 0 ? "0" : fmt::format("{:#x} (flags {})", value, describe(Names::FdFlags, value));
        case Result::Policy: return fmt::format("{} ({})", result, describe(Names::SchedPolicy, value));
        case Result::Decimal:
        case Result::None: break;
    }
    return std::to_string(result);
}

}  // namespace husk::program
