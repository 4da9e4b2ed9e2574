#include "cli/run_report.hpp"

#include "cli/exit_status.hpp"
#include "program/trace/statistics.hpp"

#include <fmt/format.h>

namespace husk::cli {

std::string run_stats_text(const Program& program)
{
    std::vector<program::CallCount> rows;
    for (auto& call : program.calls()) rows.push_back({call.name, call.calls, call.errors, call.total, call.longest});
    const auto cpu = std::chrono::duration<double>(program.cpu_time()).count();
    return program::format_statistics(rows) + fmt::format("engine {}, processor time {:.3f} s\n", name(program.engine()), cpu);
}

nlohmann::json run_json(const Program& program, const ProgramStop& stop, int status)
{
    auto calls = nlohmann::json::array();
    for (const auto& call : program.calls())
        calls.push_back({{"name", call.name},
                         {"calls", call.calls},
                         {"errors", call.errors},
                         {"nanoseconds", call.total.count()},
                         {"longest_nanoseconds", call.longest.count()}});
    nlohmann::json all = {{"stop", stop_name(stop)},
                          {"description", describe(stop)},
                          {"status", status},
                          {"engine", name(program.engine())},
                          {"cpu_nanoseconds", program.cpu_time().count()},
                          {"system_calls", std::move(calls)}};
    if (const auto* const exited = std::get_if<stops::Exited>(&stop)) all["code"] = exited->code;
    if (const auto* const signalled = std::get_if<stops::Signalled>(&stop)) all["signal"] = signalled->signal;
    if (!program.engine_reason().empty()) all["engine_reason"] = program.engine_reason();
    return all;
}

}  // namespace husk::cli
