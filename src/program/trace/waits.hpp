#pragma once

#include "program/trace/structures.hpp"

namespace husk::program {

/// What poll or select found, of their array or set: "[{fd=3, revents=POLLIN}]", "[3]".
Text format_ready(const Look& look, const Target& target);

}  // namespace husk::program
