#include "cli/boot_machine.hpp"

#include "cli/engine_option.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>

namespace husk::cli {

namespace {

[[noreturn]] void refuse(const std::string& image, std::string_view why)
{
    throw BadInput{fmt::format("{}: {}", image, why)};
}

/// "not a regular file", "No such file or directory": what read_image_file() says, without the path that it says it of.
std::string why_unreadable(const std::string& image, const Error& error)
{
    const std::string_view hint = error.hint();
    return hint.starts_with(image + ": ") ? std::string{hint.substr(image.size() + 2)} : error.code().message();
}

}  // namespace

ImageFile read_image(const BootOptions& options)
{
    ImageFile file;
    try {
        file.bytes = read_image_file(options.image);
    } catch (const Error& error) {
        refuse(options.image, why_unreadable(options.image, error));
    }
    auto image = parse_image(file.bytes, options.as);
    if (!image) refuse(options.image, describe(image.error()));
    file.image = *std::move(image);
    return file;
}

void Consoles::connect(MachineConfig& config)
{
    config.debug_console = debugcon.sink();
    config.serial_output = serial.sink();
    config.serial_input = [this] { return keyboard.poll(); };
}

MachineConfig machine_config(const BootOptions& options, const Image& image, Consoles& consoles)
{
    MachineConfig config{
        .memory = {{.base = {}, .size = options.memory, .mergeable = options.mergeable, .prefer_hugepages = options.hugepages}},
        .engine = options.engine,
        .mode = image.mode,
        .strict = options.strict,
        .measure_time = options.stats || options.json,
        .engine_changed = [&options](const std::string& reason) { tell_engine_choice(options.image, reason); },
    };
    consoles.connect(config);
    return config;
}

void load_image(Machine& machine, const BootOptions& options, const Image& image)
{
    if (const auto loaded = load(machine, image); !loaded) refuse(options.image, describe(loaded.error()));
}

}  // namespace husk::cli
