#include "cli/inspect_option.hpp"

#include "cli/parse.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace husk::cli {

void add_inspect_option(CLI::App& command, std::string& word)
{
    command
        .add_flag("--inspect{stop}", word, "Explain the guest's state on stderr: at the start or, by default, when it has stopped")
        ->type_name("start|stop");
}

std::optional<InspectAt> read_inspect(const std::string& word)
{
    if (word.empty()) return std::nullopt;
    if (word == "start") return InspectAt::Start;
    if (word == "stop") return InspectAt::Stop;
    throw UsageError{fmt::format("--inspect: '{}' is not start or stop", word)};
}

}  // namespace husk::cli
