#pragma once

#include "cli/inspect_option.hpp"
#include "cli/program_command.hpp"

#include <husk/program.hpp>

#include <nlohmann/json.hpp>

#include <optional>

namespace husk::cli {

/// What --inspect has asked for of a program that is run: text on stderr, or an object for --json.
class InspectedProgram {
public:
    /// `files` must outlive this.
    InspectedProgram(std::optional<InspectAt> at, const OwnFiles& files) : at_{at}, files_{files} {}

    /// Before its first instruction. Throws Error.
    void start(const Program& program) { tell(InspectAt::Start, program); }
    /// When it has ended; ProgramConfig::keep_snapshot was set. Throws Error.
    void stop(const Program& program) { tell(InspectAt::Stop, program); }
    /// Into an object of --json, as "explained", if there is something.
    void add_to(nlohmann::json& object) const;

private:
    void tell(InspectAt now, const Program& program);

    std::optional<InspectAt> at_;
    const OwnFiles& files_;
    nlohmann::json explained_;
};

}  // namespace husk::cli
