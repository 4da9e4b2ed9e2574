#include "cli/boot_debug.hpp"
#include "cli/boot_machine.hpp"
#include "cli/boot_report.hpp"
#include "cli/commands.hpp"
#include "cli/core_of_machine.hpp"
#include "cli/engine_option.hpp"
#include "cli/exit_status.hpp"
#include "cli/inspected.hpp"
#include "cli/print.hpp"
#include "cli/signals.hpp"
#include "cli/trace_option.hpp"

#include <csignal>
#include <stdexcept>
#include <tuple>

namespace husk::cli {

namespace {

Debugged run(Machine& machine, const MachineConfig& config, const BootOptions& options)
{
    CatchSignals signals;
    if (options.gdb) {
        // So that `monitor reset` costs what the guest has written.
        const Frozen start{machine, {.origin = options.image, .point = "before its first instruction"}};
        machine = start.thaw(config);
        return debug(machine, start, options.timeout, *options.gdb, signals);
    }
    const CancelOnSignal guard{machine};
    return {.stop = machine.run(options.timeout)};
}

int report(const Boot& boot, const Consoles& consoles, Inspected& inspected, CoreOfMachine& core)
{
    complain(explain(boot, inspected.tells_stop(boot.stop) ? State::LeftOut : State::Shown));
    inspected.stop(boot.machine, boot.stop);
    core.stop(boot.machine, boot.stop, std::ranges::all_of(boot.expectations, &Expectation::met));
    if (boot.options.stats) complain(stats_text(boot.machine));
    if (boot.options.json) {
        auto object = to_json(boot, consoles.debugcon, consoles.serial);
        inspected.add_to(object);
        core.add_to(object);
        print(json_text(object));
    }
    return boot.status;
}

int boot(const BootOptions& options)
{
    const ImageFile file = read_image(options);
    Consoles consoles{options.debugcon, options.serial, options.json};
    MachineConfig config = machine_config(options, file.image, consoles);
    std::string reason;
    if (options.gdb) std::tie(config.engine, reason) = engine_to_debug(options.engine);
    CoreOfMachine core{options.core, options.image, file.bytes};
    const auto trace = open_trace(options.trace, options.image);
    config.trace_file = trace;
    if (trace) config.symbol_at = symbols_for_trace(options.symbols, file.bytes);
    Machine machine{config};
    load_image(machine, options, file.image);
    Inspected inspected{options.inspect, options.json};
    inspected.start(machine);

    tell_engine_choice(options.image, reason.empty() ? machine.engine_reason() : reason);
    auto [stop, killed] = run(machine, config, options);
    auto expectations = check_expectations(options, file.image, machine);
    const bool met = std::ranges::all_of(expectations, &Expectation::met);
    const int status = close_trace(trace.get(), exit_status(stop, met, killed ? SIGKILL : CatchSignals::caught()), complain);
    return report({options, file.image, machine, std::move(stop), std::move(expectations), status}, consoles, inspected, core);
}

}  // namespace

Action add_boot(CLI::App& command)
{
    auto words = std::make_shared<BootWords>();
    add_boot_options(command, *words);
    return [words] {
        try {
            return boot(read(*words));
        } catch (const std::invalid_argument& error) {
            throw UsageError{error.what()};
        }
    };
}

}  // namespace husk::cli
