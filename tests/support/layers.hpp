#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace husk::test {

/// One line that goes against the order of Husk's layers or against a rule about where something may be done.
struct Breach {
    std::string path;
    std::size_t line = 0;  ///< counted from 1; 0 if the whole file is meant
    std::string problem;
};

/// "src/device/ports.cpp:3: …"
std::string describe(const Breach& breach);

/// Checks one source file against the tables in layers.cpp. `path` is relative to the project, with forward slashes.
std::vector<Breach> check_layers(std::string_view path, std::string_view text);

/// `source` with comments blanked and, if `literals` is set, the insides of string and character literals too. Line breaks stay.
std::string blank(std::string_view source, bool literals);

}  // namespace husk::test
