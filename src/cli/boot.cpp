#include "cli/boot_machine.hpp"
#include "cli/boot_report.hpp"
#include "cli/commands.hpp"
#include "cli/engine_option.hpp"
#include "cli/exit_status.hpp"
#include "cli/inspect_machine.hpp"
#include "cli/print.hpp"
#include "cli/signals.hpp"

#include <unistd.h>

#include <stdexcept>

namespace husk::cli {

namespace {

Stop run(Machine& machine, const BootOptions& options)
{
    const CatchSignals signals;
    const CancelOnSignal guard{machine};
    tell_engine_choice(options.image, machine.engine_reason());
    return machine.run(options.timeout);
}

void inspect(const Machine& machine)
{
    complain(state_text(stopped(machine), {}, paint_for(STDERR_FILENO)));
}

/// A triple fault on AMD-V leaves the registers of a reset, which would explain nothing.
bool has_registers(const Stop& stop)
{
    const auto* const fault = std::get_if<stops::TripleFault>(&stop);
    return fault == nullptr || !fault->registers_lost;
}

int report(const Boot& boot, const Consoles& consoles)
{
    complain(explain(boot));
    if (boot.options.inspect == InspectAt::Stop && has_registers(boot.stop)) inspect(boot.machine);
    if (boot.options.stats) complain(stats_text(boot.machine));
    if (boot.options.json) print(json_text(to_json(boot, consoles.debugcon, consoles.serial)));
    return boot.status;
}

int boot(const BootOptions& options)
{
    const ImageFile file = read_image(options);
    Consoles consoles{options.debugcon, options.serial, options.json};
    Machine machine{machine_config(options, file.image, consoles)};
    load_image(machine, options, file.image);
    if (options.inspect == InspectAt::Start) inspect(machine);

    Stop stop = run(machine, options);
    auto expectations = check_expectations(options, file.image, machine);
    const bool met = std::ranges::all_of(expectations, &Expectation::met);
    const int status = exit_status(stop, met, CatchSignals::caught());
    return report({options, file.image, machine, std::move(stop), std::move(expectations), status}, consoles);
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
