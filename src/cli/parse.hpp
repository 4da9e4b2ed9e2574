#pragma once

#include <husk/address.hpp>

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

/// Decimal, or hexadecimal with 0x.
std::uint64_t parse_number(std::string_view text);
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
