#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "program/abi/system_calls.hpp"

/// System calls that Husk does not serve and is not meant to: they reach beyond the one program in the VM, or are too large an
/// interface to the host's kernel to be vetted.
namespace husk::program {

struct Refusal {
    std::uint16_t number = 0;
    std::string_view name;
    std::string_view why;  ///< a clause for "refused because …" and for the documentation
};

/// All calls that are refused whatever their arguments, by number.
std::span<const Refusal> refusals();

/// Whether the call of that number is one of them.
std::optional<Refusal> refused_by_design(std::uint64_t number);
/// The same, and calls that are refused with these arguments only: another personality, new namespaces.
std::optional<Refusal> refused_by_design(std::uint64_t number, std::span<const std::uint64_t, kMostArguments> values);

}  // namespace husk::program
