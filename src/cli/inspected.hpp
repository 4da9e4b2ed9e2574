#pragma once

#include "cli/inspect_option.hpp"

#include <husk/machine.hpp>

#include <nlohmann/json.hpp>

#include <optional>

namespace husk::cli {

/// What --inspect has asked for of a machine that is run: text on stderr, or an object for --json.
class Inspected {
public:
    Inspected(std::optional<InspectAt> at, bool json) : at_{at}, json_{json} {}

    /// Before its first instruction.
    void start(const Machine& machine);
    /// When it has stopped. Where that was a page fault, also how its address translates, and why it faults.
    void stop(const Machine& machine, const Stop& stop);

    /// True if stop() tells all of the state, so that nobody else need.
    bool tells_stop(const Stop& stop) const;
    /// Into an object of --json, as "explained", if there is something.
    void add_to(nlohmann::json& object) const;

private:
    std::optional<InspectAt> at_;
    bool json_;
    nlohmann::ordered_json explained_;
};

}  // namespace husk::cli
