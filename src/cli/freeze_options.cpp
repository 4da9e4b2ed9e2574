#include "cli/freeze_options.hpp"

#include "cli/engine_option.hpp"
#include "cli/usage_formatter.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <array>

namespace husk::cli {

namespace {

constexpr auto kFooter =
    "Points of --at:\n"
    "  asked         the guest asks for it: husk_freeze_here() of <husk/guest.h> (images: the default)\n"
    "  symbol:NAME   the code at a symbol of the ELF file is reached for the first time\n"
    "  after:TIME    so many seconds after its start, wherever it is\n"
    "  signal        husk gets SIGUSR1\n"
    "\n"
    "Exit status:\n"
    "  0    it is frozen, and FILE is whole\n"
    "  105  this host cannot execute an instruction of it\n"
    "  108  it ended before the point\n"
    "  120  the command line makes no sense\n"
    "  121  the image cannot be read, is damaged, or does not fit\n"
    "  122  the host refused something: FILE cannot be written …\n"
    "  124  --timeout passed before the point\n"
    "  130, 143   SIGINT, SIGTERM\n"
    "FILE is written whole or not at all; what was there before stays until then.\n"
    "\n"
    "Examples:\n"
    "  husk freeze -o ready.frozen --boot kernel.elf\n"
    "  husk freeze -o ready.frozen --at symbol:serve --boot kernel.elf --memory 64M --serial log.txt\n"
    "  husk thaw ready.frozen --count 1000 --parallel 2 --stats";

bool is_for_images(const At& at)
{
    return !std::holds_alternative<freeze_points::StandardInput>(at) && !std::holds_alternative<freeze_points::SystemCall>(at);
}

BootOptions read_image_options(const FreezeWords& words)
{
    BootWords image = words.image;
    if (words.program.memory) image.memory = *words.program.memory;
    image.timeout = words.program.timeout;
    image.engine = words.program.engine;
    return read(image);
}

}  // namespace

void add_freeze_options(CLI::App& command, FreezeWords& words)
{
    command.formatter(std::make_shared<UsageFormatter>("-o FILE [OPTIONS] --boot IMAGE"));
    command.add_option("-o", words.file, "Where the frozen guest goes")->required()->type_name("FILE");
    command.add_option("--at", words.at, "Where it is frozen: see below")->type_name("POINT");
    command.add_option("--boot", words.image.image, "Boot this image")->required()->type_name("IMAGE");
    command.add_option("--memory", words.program.memory, "Guest memory, a multiple of 4K (default: 2M)")->type_name("SIZE");
    command.add_option("--timeout", words.program.timeout, "Give up after so many seconds")->type_name("SECONDS");
    add_engine_option(command, words.program.engine);
    add_image_options(command, words.image);
    add_console_options(command, words.image);
    command.footer(kFooter);
}

FreezeOptions read(const FreezeWords& words, const RunPlace& /*place*/)
{
    if (words.file.empty()) throw UsageError{"-o: '' is no file's name"};
    FreezeOptions options;
    options.file = words.file;
    options.at = words.at ? read_as("--at", *words.at, parse_at) : At{freeze_points::Asked{}};
    if (!is_for_images(options.at))
        throw UsageError{
            fmt::format("--at: {}: only programs make system calls; an image has asked, symbol:NAME, after:SECONDS, "
                        "signal",
                        *words.at)};
    options.guest = read_image_options(words);
    return options;
}

}  // namespace husk::cli
