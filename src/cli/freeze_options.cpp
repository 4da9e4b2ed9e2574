#include "cli/freeze_options.hpp"

#include "cli/engine_option.hpp"
#include "cli/usage_formatter.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace husk::cli {

namespace {

constexpr auto kFreezeFooter =
    "Points of --at:\n"
    "  stdin          the first read of descriptor 0 (programs: the default)\n"
    "  asked          the guest asks for it: husk_freeze_here() of <husk/guest.h> (images: the default)\n"
    "  call:NAME[:N]  the N-th system call of that name (programs; N: 1)\n"
    "  symbol:NAME    the code at a symbol of the ELF file is reached for the first time\n"
    "  after:SECONDS  so long after its start, wherever it is\n"
    "  signal         husk gets SIGUSR1\n"
    "\n"
    "Exit status:\n"
    "  0    it is frozen, and FILE is whole\n"
    "  105  this host cannot execute an instruction of it\n"
    "  108  it ended before the point\n"
    "  109  it has what cannot be frozen: stderr has the list of what and why\n"
    "  120  the command line makes no sense\n"
    "  121  the program or image cannot be found or read, is damaged, does not fit, or has not the symbol\n"
    "  122  the host refused something: FILE cannot be written …\n"
    "  124  --timeout passed before the point\n"
    "  130, 143   SIGINT, SIGTERM; other deaths before the point as `husk run` and `husk boot` have them\n"
    "FILE is written whole or not at all; what was there before stays until then.\n"
    "\n"
    "Examples:\n"
    "  husk freeze -o py.frozen --ro /usr/lib/python3.11 python3 -c 'import json, sys; exec(sys.stdin.read())'\n"
    "  husk freeze -o ready.frozen --boot kernel.elf\n"
    "  husk freeze -o ready.frozen --at symbol:serve --boot kernel.elf --memory 64M --serial log.txt";

bool is_of_programs(const FreezePoint& at)
{
    return std::holds_alternative<freeze_points::StandardInput>(at) || std::holds_alternative<freeze_points::SystemCall>(at);
}

/// What is for one kind of guests only is refused with the other.
void part_options(CLI::App& command, CLI::Option* boot)
{
    for (CLI::Option* option : command.get_options()) {
        const std::string& group = option->get_group();
        const bool shared = option->check_name("--memory") || option->check_name("--timeout");
        if (group == kImages && option != boot) option->needs(boot);
        if ((group == kGrants || group == kLimits || group == kPrograms) && !shared) option->excludes(boot);
    }
}

BootOptions read_image(const FreezeWords& words, const FreezePoint& at)
{
    if (!words.program.command.empty())
        throw UsageError{fmt::format("--boot and a program, '{}': one guest is frozen at a time", words.program.command.front())};
    if (is_of_programs(at))
        throw UsageError{fmt::format(
            "--at: {}: only programs make system calls; an image has asked, symbol:NAME, after:SECONDS, signal", *words.at)};
    BootWords image = words.image;
    if (words.program.memory) image.memory = *words.program.memory;
    image.timeout = words.program.timeout;
    image.engine = words.program.engine;
    return read(image);
}

RunOptions read_program(const FreezeWords& words, const RunPlace& place)
{
    if (words.program.command.empty())
        throw UsageError{"freeze: no guest given: husk freeze -o FILE [OPTIONS] PROGRAM [ARGS...], or --boot IMAGE"};
    RunOptions options = read(words.program, place);
    options.program.portable = words.portable;
    return options;
}

}  // namespace

void add_freeze_options(CLI::App& command, FreezeWords& words)
{
    command.formatter(
        std::make_shared<UsageFormatter>("-o FILE [OPTIONS] PROGRAM [ARGS...]\n"
                                         "       husk freeze -o FILE [OPTIONS] --boot IMAGE"));
    command.add_option("-o", words.file, "Where the frozen guest goes")->required()->type_name("FILE");
    command.add_option("--at", words.at, "Where it is frozen: see below")->type_name("POINT");
    command.add_flag("--compress", words.compress, "Compress its memory, for sending it: a thaw then unpacks all of it first");
    add_engine_option(command, words.program.engine);
    command
        .add_flag("--portable", words.portable, "Without the host's vDSO, so that it can be thawed on hosts with another kernel")
        ->group(kPrograms);
    command
        .add_option("--address-space", words.program.address_space,
                    "Addresses it has, from 1G to 1T (default: 1T): of what has fewer, more can be thawed in one process")
        ->type_name("SIZE")
        ->group(kPrograms);
    command.add_flag("--strace{-}", words.program.strace, "Tell each system call as strace does, on stderr or in a file")
        ->group(kPrograms);
    add_sandbox_options(command, words.program);
    add_grant_options(command, words.program);
    add_limit_options(command, words.program);
    auto* const boot = command.add_option("--boot", words.image.image, "Freeze this image instead of a program");
    boot->type_name("IMAGE")->group(kImages);
    add_image_options(command, words.image);
    add_console_options(command, words.image);
    command.get_option("--memory")->description("A program's address space and resident memory; an image's memory (default: 2M)");
    command.get_option("--timeout")->description("Give up after so many seconds");
    part_options(command, boot);
    command.footer(kFreezeFooter);
}

FreezeOptions read(const FreezeWords& words, const RunPlace& place)
{
    if (words.file.empty()) throw UsageError{"-o: '' is no file's name"};
    const bool is_image = !words.image.image.empty();
    FreezeOptions options;
    options.file = words.file;
    options.compress = words.compress;
    options.at = is_image ? FreezePoint{freeze_points::Asked{}} : FreezePoint{freeze_points::StandardInput{}};
    if (words.at) options.at = read_as("--at", *words.at, parse_freeze_point);
    if (is_image)
        options.guest = read_image(words, options.at);
    else
        options.guest = read_program(words, place);
    return options;
}

}  // namespace husk::cli
