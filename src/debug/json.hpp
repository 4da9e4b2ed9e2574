#pragma once

#include "debug/explanation.hpp"

#include <nlohmann/json.hpp>

/// Explanations as JSON. What may have 64 bits is a string of hexadecimal digits, for numbers of that size do not survive every
/// reader of JSON.
namespace husk::debug {

nlohmann::ordered_json json_of(const Explanation& explanation);
nlohmann::ordered_json json_of(const AddressWords& address);

}  // namespace husk::debug
