#include "cli/engine_option.hpp"

#include "cli/parse.hpp"
#include "cli/print.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace husk::cli {

void add_engine_option(CLI::App& command, std::string& engine)
{
    command.add_option("--engine", engine, "auto, kvm or soft (default: auto; HUSK_ENGINE overrides the default)")
        ->envname("HUSK_ENGINE")
        ->type_name("ENGINE");
}

Engine parse_engine(const std::string& word)
{
    for (const Engine engine : {Engine::Auto, Engine::Kvm, Engine::Soft})
        if (word == name(engine)) return engine;
    throw UsageError{fmt::format("--engine: '{}' is not auto, kvm or soft", word)};
}

void tell_engine_choice(std::string_view guest, std::string_view reason)
{
    if (!reason.empty()) complain(fmt::format("husk: {} runs on the software engine: {}\n", guest, reason));
}

}  // namespace husk::cli
