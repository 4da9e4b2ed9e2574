#pragma once

#include "cli/boot_options.hpp"
#include "cli/console.hpp"

#include <husk/image.hpp>
#include <husk/machine.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace husk::cli {

/// One --expect and what was found.
struct Expectation {
    std::string what;  ///< "RAX", "4 bytes at 0x400"
    std::uint64_t expected = 0;
    std::optional<std::uint64_t> found;  ///< nothing: not memory
    bool met() const { return found == expected; }
};

/// A boot that is over.
struct Boot {
    const BootOptions& options;
    const Image& image;
    const Machine& machine;
    Stop stop;
    std::vector<Expectation> expectations;
    int status = 0;
};

std::vector<Expectation> check_expectations(const BootOptions& options, const Image& image, const Machine& machine);

/// Whether the machine's state is told here, or elsewhere.
enum class State : std::uint8_t { Shown, LeftOut };

/// Why a guest did not end well: the stop in a line, then what helps to find the reason. Empty for one that did.
std::string explain(const Boot& boot, State state);
/// The same of any machine: `guest` is its name.
std::string explain(std::string_view guest, const Machine& machine, const Stop& stop, State state);
/// What --stats prints.
std::string stats_text(const Machine& machine);
/// What --json prints.
nlohmann::json to_json(const Boot& boot, const Console& debugcon, const Console& serial);
/// Of that, what there is to tell of any machine that stopped: engine, stop, registers, output.
nlohmann::json stopped_json(const Machine& machine, const Stop& stop, const Console& debugcon, const Console& serial);
/// As it is printed. What is not UTF-8 is replaced.
std::string json_text(const nlohmann::json& object);

}  // namespace husk::cli
