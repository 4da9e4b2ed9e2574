#include "cli/thaw_image.hpp"

#include "cli/boot_debug.hpp"
#include "cli/boot_machine.hpp"
#include "cli/boot_report.hpp"
#include "cli/core_of_machine.hpp"
#include "cli/engine_option.hpp"
#include "cli/exit_status.hpp"
#include "cli/inspected.hpp"
#include "cli/print.hpp"
#include "cli/signals.hpp"
#include "cli/stopwatch.hpp"
#include "cli/thaw_machines.hpp"
#include "cli/trace_option.hpp"

#include <fmt/format.h>

#include <csignal>
#include <tuple>
#include <utility>

namespace husk::cli {

namespace {

/// As an object on stdout, or in a file.
void write_json(const std::string& where, const nlohmann::json& object)
{
    const std::string text = json_text(object);
    Console{where, false}.sink()(std::as_bytes(std::span{text}));
}

nlohmann::json about(const ThawOptions& options, const Frozen& frozen)
{
    return {{"file", options.file}, {"kind", "image"}, {"origin", frozen.info().origin}, {"point", frozen.info().point}};
}

Debugged run(Machine& machine, const Frozen& frozen, const ThawOptions& options)
{
    CatchSignals signals;
    if (options.run.gdb) return debug(machine, frozen, options.timeout(), *options.run.gdb, signals);
    const CancelOnSignal guard{machine};
    return {.stop = machine.run(options.timeout())};
}

int thaw_one(const ThawOptions& options, const Frozen& frozen)
{
    Consoles consoles{options.debugcon, options.serial, options.run.json == "-"};
    Stopwatch watch;
    MachineConfig config = thaw_config(options);
    consoles.connect(config);
    config.debug_console = watch.noting(std::move(config.debug_console));
    config.serial_output = watch.noting(std::move(config.serial_output));
    CoreOfMachine core{options.run.core, {}, {}};
    std::optional<InputFile> input;
    if (options.input) config.serial_input = input.emplace(*options.input).source();
    const auto trace = open_trace(options.run.trace, frozen.info().origin);
    config.trace_file = trace;
    if (trace && options.symbols) config.symbol_at = symbols_for_trace(options.symbols, {});
    std::string why;
    if (options.run.gdb) std::tie(config.engine, why) = engine_to_debug(options.engine());
    config.engine_changed = [&](const std::string& reason) { tell_engine_choice(options.file, reason); };

    watch.start();
    Machine machine = frozen.thaw(std::move(config));
    const bool json = options.run.json.has_value();
    Inspected inspected{options.run.inspect, json};
    inspected.start(machine);
    tell_engine_choice(options.file, why.empty() ? machine.engine_reason() : why);
    const auto [stop, killed] = run(machine, frozen, options);
    watch.stop();

    const int status = close_trace(trace.get(), exit_status(stop, true, killed ? SIGKILL : CatchSignals::caught()), complain);
    complain(explain(options.file, machine, stop, inspected.tells_stop(stop) ? State::LeftOut : State::Shown));
    inspected.stop(machine, stop);
    core.stop(machine, stop, true);
    if (options.run.stats) complain(stats_text(machine) + watch.text());
    if (json) {
        nlohmann::json object = about(options, frozen);
        object.update(stopped_json(machine, stop, consoles.debugcon, consoles.serial));
        object.update(watch.to_json());
        inspected.add_to(object);
        core.add_to(object);
        object["status"] = status;
        write_json(*options.run.json, object);
    }
    return status;
}

int thaw_many(const ThawOptions& options, const Frozen& frozen)
{
    ThawOutput output{options};
    const auto input = options.input ? std::optional{InputFile{*options.input}} : std::nullopt;
    const ThawResults thaws = thaw_on_threads(options.count, options.parallel, [&] {
        return std::make_unique<MachineThawer>(options, frozen, output, input ? &*input : nullptr);
    });
    if (const auto words = thaws.explain(); !words.empty()) complain(fmt::format("husk: {}: {}\n", options.file, words));
    if (options.run.stats) complain(thaws.stats_text());
    if (options.run.json) {
        nlohmann::json object = about(options, frozen);
        object.update(thaws.to_json());
        object.update(output.to_json());
        write_json(*options.run.json, object);
    }
    return thaws.status();
}

}  // namespace

int thaw_image(const ThawOptions& options, const Frozen& frozen)
{
    return options.many ? thaw_many(options, frozen) : thaw_one(options, frozen);
}

}  // namespace husk::cli
