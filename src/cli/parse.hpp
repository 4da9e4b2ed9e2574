#pragma once

#include <husk/address.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Numbers as they are written on a command line. Each throws UsageError, saying what was wrong with the text.
namespace husk::cli {

/// The command line makes no sense.
struct UsageError {
    std::string message;
};

/// A file that the command was to work on is no good; the message names it. Ends husk with kBadImage.
struct BadInput {
    std::string message;
};

/// `parse(text)`, with the option's name before the message if it fails.
template <typename Parse>
auto read_as(std::string_view option, const std::string& text, Parse parse)
{
    try {
        return parse(text);
    } catch (const UsageError& error) {
        throw UsageError{fmt::format("{}: {}", option, error.message)};
    }
}

/// The same for an option that may not be there.
template <typename Parse>
auto read_if(std::string_view option, const std::optional<std::string>& text, Parse parse)
    -> std::optional<decltype(parse(std::string_view{}))>
{
    if (!text) return std::nullopt;
    return read_as(option, *text, parse);
}

/// Decimal, or hexadecimal with 0x.
std::uint64_t parse_number(std::string_view text);
/// The same, more than 0 and no more than there is of anything that is counted.
unsigned parse_count(std::string_view text);
/// A number with K, M, G or T (powers of 1024), in bytes.
std::uint64_t parse_size(std::string_view text);
/// Seconds, with a fraction if need be; more than 0.
std::chrono::nanoseconds parse_seconds(std::string_view text);

/// --expect-memory ADDR=VALUE:BYTES
struct ExpectedMemory {
    GuestPhys at;
    std::uint64_t value = 0;
    unsigned bytes = 8;  ///< 1, 2, 4 or 8
};
ExpectedMemory parse_expected_memory(std::string_view text);

}  // namespace husk::cli
