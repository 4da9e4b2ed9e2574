#include "cli/freeze_point.hpp"

#include "cli/parse.hpp"
#include "program/abi/system_calls.hpp"

#include <fmt/format.h>

namespace husk::cli {

namespace {

/// What is behind `prefix` if `text` begins with it.
std::optional<std::string> behind(std::string_view text, std::string_view prefix)
{
    if (!text.starts_with(prefix)) return std::nullopt;
    return std::string{text.substr(prefix.size())};
}

/// NAME[:N]
freeze_points::SystemCall parse_call(const std::string& text)
{
    const auto colon = text.find(':');
    const std::string name = text.substr(0, colon);
    const auto* const call = program::find_call(name);
    if (call == nullptr) throw UsageError{fmt::format("'{}' is no system call of Linux on x86-64, such as read or openat", name)};
    freeze_points::SystemCall point{.number = call->number};
    if (colon != std::string::npos) point.nth = parse_count(std::string_view{text}.substr(colon + 1));
    return point;
}

freeze_points::Symbol parse_symbol(const std::string& text)
{
    if (text.empty()) throw UsageError{"symbol: needs a name"};
    return {text};
}

}  // namespace

FreezePoint parse_freeze_point(std::string_view text)
{
    if (text == "asked") return freeze_points::Asked{};
    if (text == "stdin") return freeze_points::StandardInput{};
    if (text == "signal") return freeze_points::Requested{};
    if (const auto rest = behind(text, "call:")) return parse_call(*rest);
    if (const auto rest = behind(text, "symbol:")) return parse_symbol(*rest);
    if (const auto rest = behind(text, "after:")) return freeze_points::After{parse_seconds(*rest)};
    throw UsageError{fmt::format("'{}' is not asked, stdin, call:NAME[:N], symbol:NAME, after:SECONDS or signal", text)};
}

}  // namespace husk::cli
