#include "cli/thaw_program.hpp"

#include "cli/latency.hpp"
#include "cli/print.hpp"
#include "cli/program_command.hpp"
#include "cli/run_program.hpp"
#include "cli/thaw_learn.hpp"
#include "cli/thaw_processes.hpp"
#include "machine/choose_engine.hpp"
#include "machine/engine_ahead.hpp"
#include "program/descriptors.hpp"
#include "program/features_here.hpp"
#include "program/frozen/content.hpp"

#include <husk/error.hpp>
#include <husk/frozen_program.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace husk::cli {

namespace {

FrozenProgram open(const std::string& file)
{
    auto frozen = FrozenProgram::open(file);
    if (!frozen) throw BadInput{fmt::format("{}: {}", file, describe(frozen.error()))};
    return *std::move(frozen);
}

/// Besides those of the command line.
void grant_as_frozen(ProgramConfig& config, const program::ProgramState& state)
{
    for (const auto& [path, writable, at, by_default] : state.grants)
        if (!by_default) config.grants.push_back({.path = path, .writable = writable, .at = at});
    config.private_tmp |= state.private_tmp;
}

Program thaw(const FrozenProgram& frozen, ProgramConfig config, const ThawOptions& options, unsigned number,
             std::unique_ptr<machine::EngineAhead> ahead = {})
{
    const program::ProgramState& state = frozen.content().state;
    if (options.as_frozen) grant_as_frozen(config, state);
    if (!config.arguments.empty())
        config.arguments.insert(config.arguments.begin(), state.arguments.empty() ? state.program : state.arguments.front());
    config.any_cpu = options.any_cpu;
    config.thaw_number = number;
    return frozen.thaw(std::move(config), std::move(ahead));
}

/// The machine is made while the file is read.
Program thaw_alone(const ThawOptions& options, ProgramConfig config)
{
    std::unique_ptr<machine::EngineAhead> ahead;
    if (config.engine != Engine::Soft) ahead = std::make_unique<machine::EngineAhead>(config.engine, x86::Mode::Long);
    return thaw(open(options.file), std::move(config), options, 1, std::move(ahead));
}

int thaw_one(const ThawOptions& options)
{
    close_other_descriptors();
    if (options.input) take_as_stdin(*options.input);
    if (options.learn) {
        const FrozenProgram frozen = open(options.file);
        return thaw_and_learn(options, frozen, [&](ProgramConfig config) { return thaw(frozen, std::move(config), options, 1); });
    }
    return run_as_this_process(options.run, options.file,
                               [&](ProgramConfig config) { return thaw_alone(options, std::move(config)); });
}

/// What each of many would find out, and say, again.
void look_at_engines(const ThawOptions& options, const FrozenProgram& frozen, int line)
{
    machine::keep_devices_above(line);
    const x86::NeededFeatures& needed = frozen.content().needed;
    const bool any = options.any_cpu || needed.none();
    std::optional<program::ShownHere> here;
    try {
        if (options.engine() != Engine::Soft) (void)machine::kvm_lacks(x86::Mode::Long);
        if (!any) here = program::features_here(options.engine());
    } catch (const Error&) {  // each says what it does without
    }
    if (!here) return;
    if (const auto missing = needed.missing_from(here->features); !missing.empty()) throw machine::lacking(here->engine, missing);
}

int thaw_many(const ThawOptions& options)
{
    close_other_descriptors();
    const int line = program::descriptor_line(options.run.program.limits);
    const OwnFiles files{options.run};
    const FrozenProgram frozen = open(options.file);
    frozen.memory().keep_descriptor_above(line);
    look_at_engines(options, frozen, line);

    RunOptions each = options.run;
    each.stats = false;
    each.json.reset();
    const ThawPlan plan{options.count, options.parallel, options.input.value_or("/dev/null"), line};
    const ThawResults thaws = thaw_in_processes(plan, [&](unsigned number) {
        return run_as_this_process(each, options.file,
                                   [&](ProgramConfig config) { return thaw(frozen, std::move(config), options, number); });
    });
    if (const auto words = thaws.explain(); !words.empty()) complain(fmt::format("husk: {}: {}\n", options.file, words));
    if (options.run.stats) complain(thaws.stats_text());
    if (files.json) {
        nlohmann::json object{{"file", options.file},
                              {"kind", name(FrozenKind::Program)},
                              {"origin", frozen.info().origin},
                              {"point", frozen.info().point}};
        object.update(thaws.to_json());
        files.json->write(object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    }
    return thaws.status();
}

}  // namespace

int thaw_program(const ThawOptions& options)
{
    return options.many ? thaw_many(options) : thaw_one(options);
}

}  // namespace husk::cli
