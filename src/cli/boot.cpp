#include "cli/boot_debug.hpp"
#include "cli/boot_options.hpp"
#include "cli/boot_report.hpp"
#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/engine_option.hpp"
#include "cli/exit_status.hpp"
#include "cli/keyboard.hpp"
#include "cli/print.hpp"
#include "cli/signals.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>

#include <csignal>
#include <stdexcept>
#include <tuple>

namespace husk::cli {

namespace {

int bad_image(const std::string& image, std::string_view why)
{
    complain(fmt::format("husk: {}: {}\n", image, why));
    return kBadImage;
}

/// "not a regular file", "No such file or directory": what read_image_file() says, without the path that it says it of.
std::string why_unreadable(const std::string& image, const Error& error)
{
    const std::string_view hint = error.hint();
    return hint.starts_with(image + ": ") ? std::string{hint.substr(image.size() + 2)} : error.code().message();
}

MachineConfig configure(const BootOptions& options, x86::Mode mode, Console& debugcon, Console& serial, Keyboard& keyboard)
{
    return {
        .memory = {{.base = {}, .size = options.memory, .mergeable = options.mergeable, .prefer_hugepages = options.hugepages}},
        .engine = options.engine,
        .mode = mode,
        .debug_console = debugcon.sink(),
        .serial_output = serial.sink(),
        .serial_input = [&keyboard] { return keyboard.poll(); },
        .strict = options.strict,
        .measure_time = options.stats || options.json,
        .engine_changed = [&options](const std::string& reason) { tell_engine_choice(options.image, reason); },
    };
}

Debugged run(Machine& machine, const MachineConfig& config, const BootOptions& options)
{
    if (options.gdb) return debug(machine, config, options, *options.gdb);
    const CancelOnSignal guard{machine};
    return {.stop = machine.run(options.timeout)};
}

int report(const Boot& boot, const Console& debugcon, const Console& serial)
{
    complain(explain(boot));
    if (boot.options.stats) complain(stats_text(boot.machine));
    if (boot.options.json)
        print(to_json(boot, debugcon, serial).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    return boot.status;
}

int boot(const BootOptions& options)
{
    std::vector<std::byte> file;
    try {
        file = read_image_file(options.image);
    } catch (const Error& error) {
        return bad_image(options.image, why_unreadable(options.image, error));
    }
    const auto image = parse_image(file, options.as);
    if (!image) return bad_image(options.image, describe(image.error()));

    Console debugcon{options.debugcon, options.json};
    Console serial{options.serial, options.json};
    Keyboard keyboard;
    MachineConfig config = configure(options, image->mode, debugcon, serial, keyboard);
    std::string reason;
    if (options.gdb) std::tie(config.engine, reason) = engine_to_debug(options.engine);
    Machine machine{config};
    if (const auto loaded = load(machine, *image); !loaded) return bad_image(options.image, describe(loaded.error()));

    tell_engine_choice(options.image, reason.empty() ? machine.engine_reason() : reason);
    auto [stop, killed] = run(machine, config, options);
    auto expectations = check_expectations(options, *image, machine);
    const bool met = std::ranges::all_of(expectations, &Expectation::met);
    const int status = exit_status(stop, met, killed ? SIGKILL : CancelOnSignal::caught());
    return report({options, *image, machine, std::move(stop), std::move(expectations), status}, debugcon, serial);
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
