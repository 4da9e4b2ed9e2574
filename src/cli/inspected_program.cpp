#include "cli/inspected_program.hpp"

#include "cli/inspect_snapshot.hpp"

namespace husk::cli {

void InspectedProgram::tell(InspectAt now, const Program& program)
{
    if (at_ != now) return;
    const ProgramSnapshot snapshot = program.snapshot();
    if (files_.json)
        explained_ = snapshot_json(program, snapshot);
    else
        files_.errors.write(snapshot_text(program, snapshot, {files_.errors_have_colour}));
}

void InspectedProgram::add_to(nlohmann::json& object) const
{
    if (!explained_.is_null()) object["explained"] = explained_;
}

}  // namespace husk::cli
