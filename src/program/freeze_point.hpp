#pragma once

#include "program/parts.hpp"

#include <husk/frozen_program.hpp>

namespace husk::program {

/// What a freeze point is in a program that has been made and not run. Throws std::invalid_argument for a symbol that its
/// executable has not, and for a call that is never the 0th; Error if the executable cannot be read.
FreezeWhere where_of(const FreezePoint& point, const Parts& parts);

}  // namespace husk::program
