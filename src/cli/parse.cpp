#include "cli/parse.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

namespace husk::cli {

namespace {

[[noreturn]] void refuse(std::string_view text, std::string_view why)
{
    throw UsageError{fmt::format("'{}' {}", text, why)};
}

unsigned shift_of_unit(char unit)
{
    switch (unit) {
        case 'k':
        case 'K': return 10;
        case 'm':
        case 'M': return 20;
        case 'g':
        case 'G': return 30;
        case 't':
        case 'T': return 40;
        default: return 0;
    }
}

/// The number that `digits`, a part of `text`, are.
std::uint64_t number(std::string_view text, std::string_view digits)
{
    int base = 10;
    if (digits.starts_with("0x") || digits.starts_with("0X")) {
        digits.remove_prefix(2);
        base = 16;
    }
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (error == std::errc::result_out_of_range) refuse(text, "does not fit into 64 bits");
    if (error != std::errc{} || end != digits.data() + digits.size())
        refuse(text, "is not a number: write it in decimal, or in hexadecimal with 0x");
    return value;
}

}  // namespace

std::uint64_t parse_number(std::string_view text)
{
    return number(text, text);
}

unsigned parse_count(std::string_view text)
{
    const std::uint64_t count = parse_number(text);
    if (count == 0) refuse(text, "must be more than 0");
    if (count > std::numeric_limits<unsigned>::max()) refuse(text, "is more than any host has");
    return static_cast<unsigned>(count);
}

std::uint64_t parse_size(std::string_view text)
{
    const unsigned shift = text.empty() ? 0 : shift_of_unit(text.back());
    const std::uint64_t count = number(text, text.substr(0, text.size() - (shift != 0 ? 1 : 0)));
    if (count > std::numeric_limits<std::uint64_t>::max() >> shift) refuse(text, "does not fit into 64 bits");
    return count << shift;
}

std::chrono::nanoseconds parse_seconds(std::string_view text)
{
    double seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(seconds))
        refuse(text, "is not a number of seconds");
    if (seconds <= 0) refuse(text, "is not a time to run for: it must be more than 0 seconds");
    constexpr double kMost = 1e9;  // 30 years
    const auto nanoseconds = std::chrono::nanoseconds{static_cast<std::int64_t>(std::min(seconds, kMost) * 1e9)};
    return std::max(nanoseconds, std::chrono::nanoseconds{1});
}

ExpectedMemory parse_expected_memory(std::string_view text)
{
    const auto equals = text.find('=');
    const auto colon = text.find(':', equals == std::string_view::npos ? 0 : equals);
    if (equals == std::string_view::npos || colon == std::string_view::npos) refuse(text, "is not of the form ADDR=VALUE:BYTES");
    const std::uint64_t bytes = parse_number(text.substr(colon + 1));
    if (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8) refuse(text, "asks for a width that is not 1, 2, 4 or 8 bytes");
    const std::uint64_t value = parse_number(text.substr(equals + 1, colon - equals - 1));
    if (bytes < 8 && value >> (8 * bytes) != 0) refuse(text, fmt::format("has a value of more than {} bytes", bytes));
    return {GuestPhys{parse_number(text.substr(0, equals))}, value, static_cast<unsigned>(bytes)};
}

}  // namespace husk::cli
