#pragma once

#include <cstdint>
#include <string>

#include "program/abi/argument.hpp"

namespace husk::program {

/// An argument that is told by its value alone, such as a number, a set of flags or an address.
std::string format_value(const Argument& argument, std::uint64_t value);

}  // namespace husk::program
