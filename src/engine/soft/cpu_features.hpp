#pragma once

#include "x86/cpu_features.hpp"

namespace husk::soft {

/// What the processor that Unicorn emulates says of itself; asked once.
const x86::CpuFeatures& cpu_features();

}  // namespace husk::soft
