#include "cli/boot_options.hpp"

#include "cli/core_option.hpp"
#include "cli/engine_option.hpp"
#include "cli/gdb_option.hpp"
#include "cli/trace_option.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace husk::cli {

namespace {

constexpr auto kStatuses =
    "Exit status:\n"
    "  the guest's own    it wrote a code to port 0xF4 (modulo 256; codes above 99 may be mistaken for those below: --json tells)\n"
    "  0    it halted with interrupts off, and every expectation was met\n"
    "  100  it halted, but an expectation was not met\n"
    "  101  triple fault\n"
    "  102  an exception that it did not handle\n"
    "  103  it halted with interrupts on, and nothing can wake it\n"
    "  104  it touched what is not there (--strict), or jumped to where no memory is\n"
    "  105  this host cannot execute an instruction of it\n"
    "  120  the command line makes no sense\n"
    "  121  the image cannot be read, is damaged, or does not fit\n"
    "  122  the host refused something, or --trace could not be written\n"
    "  124  out of time\n"
    "  130, 143   SIGINT, SIGTERM\n"
    "  137  a debugger killed it (--gdb)";

std::optional<GuestPhys> read_address(std::string_view option, const std::optional<std::string>& text)
{
    if (!text) return std::nullopt;
    return GuestPhys{read_as(option, *text, parse_number)};
}

std::optional<x86::Mode> read_mode(const std::optional<std::string>& text)
{
    if (!text) return std::nullopt;
    for (const auto mode : {x86::Mode::Real, x86::Mode::Protected, x86::Mode::Paged, x86::Mode::Long})
        if (*text == name(mode)) return mode;
    throw UsageError{fmt::format("--mode: '{}' is not real, protected, paged or long", *text)};
}

}  // namespace

void add_image_options(CLI::App& command, BootWords& words)
{
    const auto flag = [&](const char* names, bool& word, const char* help) { command.add_flag(names, word, help)->group(kImages); };
    const auto add = [&](const char* name, auto& word, const char* help, const char* type) {
        command.add_option(name, word, help)->type_name(type)->group(kImages);
    };
    flag("--flat", words.flat, "Take it as a flat binary whatever it looks like");
    add("--mode", words.mode, "real, protected, paged or long (flat images; default: long)", "MODE");
    add("--load", words.load, "Where a flat image goes (default: 0)", "ADDR");
    add("--entry", words.entry, "Where to start (default: the image's entry; flat: its first byte)", "ADDR");
    add("--stack", words.stack, "One past the stack (default: the end of memory; real mode: 0x10000)", "ADDR");
    add("--cmdline", words.command_line, "Command line for a multiboot kernel", "TEXT");
    flag("--mergeable,!--no-mergeable", words.mergeable, "Offer the guest's memory to KSM (default: yes)");
    flag("--hugepages", words.hugepages, "Prefer huge pages for the guest's memory");
}

void add_console_options(CLI::App& command, BootWords& words)
{
    const auto add = [&](const char* name, std::string& word, const char* help) {
        command.add_option(name, word, help)->type_name("FILE")->group(kImages);
    };
    command.add_flag("--strict", words.strict, "Stop the guest when it touches a port or address where nothing is")->group(kImages);
    add("--serial", words.serial, "Where port 0x3F8's output goes: a file, or - for stdout (default; input is stdin)");
    add("--debugcon", words.debugcon, "Where port 0xE9's output goes: a file, or - for stdout (default)");
}

void add_boot_options(CLI::App& command, BootWords& words)
{
    command.add_option("IMAGE", words.image, "The image to boot")->required()->type_name("");
    command.add_option("--memory", words.memory, "Guest memory, a multiple of 4K (default: 2M)")->type_name("SIZE");
    command.add_option("--timeout", words.timeout, "Stop the guest after so many seconds")->type_name("SECONDS");
    add_engine_option(command, words.engine);
    command.add_option("--expect-ax", words.expect_ax, "What AX, EAX or RAX must hold when it halts")->type_name("N");
    command.add_option("--expect-memory", words.expect_memory, "What memory must hold when it halts; may be repeated")
        ->type_name("ADDR=VALUE:BYTES");
    command.add_flag("--stats", words.stats, "Say on stderr what the run took");
    command.add_flag("--json", words.json, "Print one JSON object instead of the guest's output");
    add_inspect_option(command, words.inspect);
    add_image_options(command, words);
    add_console_options(command, words);
    add_gdb_option(command, words.gdb);
    add_core_option(command, words.core);
    add_trace_option(command, words.trace);
    add_symbols_option(command, words.symbols);
    command.footer(kStatuses);
}

BootOptions read(const BootWords& words)
{
    BootOptions options;
    options.image = words.image;
    options.as = {.flat = words.flat,
                  .mode = read_mode(words.mode),
                  .load = read_address("--load", words.load),
                  .entry = read_address("--entry", words.entry),
                  .stack = read_address("--stack", words.stack),
                  .command_line = words.command_line};
    options.memory = read_as("--memory", words.memory, parse_size);
    options.mergeable = words.mergeable;
    options.hugepages = words.hugepages;
    options.engine = parse_engine(words.engine);
    if (words.timeout) options.timeout = read_as("--timeout", *words.timeout, parse_seconds);
    if (words.expect_ax) options.expected_ax = read_as("--expect-ax", *words.expect_ax, parse_number);
    for (const auto& text : words.expect_memory)
        options.expected_memory.push_back(read_as("--expect-memory", text, parse_expected_memory));
    options.strict = words.strict;
    options.stats = words.stats;
    options.json = words.json;
    if (words.gdb) options.gdb = read_as("--gdb", *words.gdb, parse_gdb);
    check_trace_option(words.trace);
    if (words.symbols && !words.trace) throw UsageError{"--symbols: is for --trace"};
    options.trace = words.trace;
    check_core_option(words.core);
    options.core = words.core;
    options.symbols = words.symbols;
    options.serial = words.serial;
    options.debugcon = words.debugcon;
    options.inspect = read_inspect(words.inspect);
    return options;
}

}  // namespace husk::cli
