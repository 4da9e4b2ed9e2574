#pragma once

#include <husk/step.hpp>
#include <husk/x86.hpp>

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace husk::cli {

/// How a guest comes to life, step by step and each with its reason: what `husk demo --explain` prints of a real run.
class Tour {
public:
    /// What Husk did, or the kernel for it. The same done again right after is told as one step.
    void add(const Step& step);

    /// A line a step, "WHAT  WHY"; registers bit by bit below the step that sets them.
    std::string text() const;
    nlohmann::json to_json() const;

private:
    struct Stop {
        Step step;
        std::size_t times = 1;
    };
    std::vector<Stop> stops_;
};

/// How the mode follows from the bits that are set: "PE and PG are set, LMA is not: …".
std::string why_this_mode(const x86::SystemRegisters& system);

}  // namespace husk::cli
