#pragma once

#include "differential/generator.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace husk::test {

/// The command line of husk_differential_tests.
struct Options {
    std::uint64_t count = 4000;  ///< sequences, over all settings
    std::uint64_t seed = 1;
    std::optional<std::uint64_t> only;  ///< one sequence, by its index
    std::vector<Setting> settings;      ///< empty: all that the engines have
    std::optional<Level> level;         ///< for all settings; else what the engines know
    std::vector<std::string> without;   ///< names of families
    std::uint64_t most_reported = 5;
    bool shrink = true;
};

/// Throws std::invalid_argument, with the usage, for what it does not know.
Options parse_options(std::span<const char* const> arguments);

}  // namespace husk::test
