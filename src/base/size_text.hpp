#pragma once

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace husk {

/// "4 KiB", "2.2 MiB", "917 bytes": a number of bytes, with at most one digit behind the point.
inline std::string size_text(std::uint64_t bytes)
{
    constexpr double kStep = 1024;
    constexpr std::array<std::string_view, 4> kUnits{"KiB", "MiB", "GiB", "TiB"};
    if (static_cast<double>(bytes) < kStep) return fmt::format("{} byte{}", bytes, bytes == 1 ? "" : "s");
    double value = static_cast<double>(bytes) / kStep;
    std::size_t unit = 0;
    for (; value >= kStep && unit + 1 < kUnits.size(); ++unit) value /= kStep;
    std::string number = fmt::format("{:.1f}", value);
    if (number.ends_with(".0")) number.resize(number.size() - 2);
    return fmt::format("{} {}", number, kUnits.at(unit));
}

}  // namespace husk
