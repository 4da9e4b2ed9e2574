#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace husk::fuzz {

/// Ends the fuzzer with a crash, which it reports with the input that led here, unless `holds`.
inline void require(bool holds, const std::string& rule)
{
    if (holds) return;
    fmt::print(stderr, "broken rule: {}\n", rule);
    std::abort();
}

}  // namespace husk::fuzz
