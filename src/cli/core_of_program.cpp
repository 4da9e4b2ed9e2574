#include "cli/core_of_program.hpp"

#include "cli/core_option.hpp"
#include "cli/program_command.hpp"
#include "program/debug/core_dump.hpp"

#include <husk/error.hpp>

#include <utility>

namespace husk::cli {

CoreOfProgram::CoreOfProgram(std::string file, int line) : file_{std::move(file)}, draft_{file_, line} {}

void CoreOfProgram::stop(const Program& program, const ProgramStop& stop, const LineFile& errors)
{
    if (!program::CoreDump::signal(stop)) return;
    heed_file_limit();
    try {
        const program::CoreDump core{program, stop};
        const debug::CoreExtent extent = core.write(draft_.fd());
        draft_.publish();
        written_ = true;
        errors.write(core_written(file_, core.executable(), extent));
    } catch (const Error& error) {
        errors.write(core_failed(file_, error));
    }
}

void CoreOfProgram::add_to(nlohmann::json& object) const
{
    if (written_) object["core"] = file_;
}

}  // namespace husk::cli
