#pragma once

#include <cstdint>
#include <string>

#include "program/abi/system_calls.hpp"

namespace husk::program {

/// "3", "0x7f…", "-1 ENOENT (No such file or directory)", "0x8002 (flags O_RDWR|O_LARGEFILE)", "?".
std::string format_result(Returns kind, std::int64_t result);

}  // namespace husk::program
