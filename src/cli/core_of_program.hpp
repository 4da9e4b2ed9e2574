#pragma once

#include "cli/distant_draft.hpp"

#include <husk/program.hpp>

#include <nlohmann/json.hpp>

#include <string>

namespace husk::cli {

class LineFile;

/// What --core has asked for of a program that is run. The file is begun before, so that one which cannot be written is known then,
/// and because a process that is confined begins none.
class CoreOfProgram {
public:
    /// `line`: where the program's descriptors end. Throws Error.
    CoreOfProgram(std::string file, int line);

    /// When it has ended, with ProgramConfig::keep_snapshot: writes the core if a signal ended it that leaves one, and tells.
    void stop(const Program& program, const ProgramStop& stop, const LineFile& errors);
    /// Into an object of --json, as "core", if it was written.
    void add_to(nlohmann::json& object) const;

private:
    std::string file_;
    DistantDraft draft_;
    bool written_ = false;
};

}  // namespace husk::cli
