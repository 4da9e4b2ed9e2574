#include "cli/thaw_options.hpp"

#include "cli/core_option.hpp"
#include "cli/engine_option.hpp"
#include "cli/gdb_option.hpp"
#include "cli/signals.hpp"
#include "cli/trace_option.hpp"
#include "cli/usage_formatter.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace husk::cli {

namespace {

constexpr auto kThawFooter =
    "A thawed program has the stdin, stdout and stderr of this command, ARGS and --env where it looks for them "
    "(husk_thaw_arguments() of\n"
    "<husk/guest.h>, /proc/self/cmdline and environ), and no grants but those given here.\n"
    "With --count, the output of each is written when it ends, so that those of several do not mix, and they have no input but\n"
    "--input. --stats then tells how long they took from the start of the thaw to the first output and to the end.\n"
    "\n"
    "Exit status: that of `husk run` or `husk boot`; with --count that of the first that did not end with 0. And\n"
    "  120  the command line makes no sense\n"
    "  121  FILE cannot be read, is no frozen guest, or is damaged\n"
    "  122  the host refused something, lacks what the guest needs, or --trace could not be written\n"
    "\n"
    "Examples:\n"
    "  echo 'print(json.dumps([1, 2]))' | husk thaw py.frozen\n"
    "  husk thaw --learn py.frozen <request.py\n"
    "  husk thaw py.frozen --input request.py --count 1000 --parallel 2 --stats >/dev/null\n"
    "  husk thaw ready.frozen --debugcon log.txt";

unsigned parse_parallel(std::string_view text)
{
    const unsigned count = parse_count(text);
    if (count > CancelOnSignal::kMost) throw UsageError{fmt::format("'{}' is more than {} at a time", text, CancelOnSignal::kMost)};
    return count;
}

}  // namespace

void add_thaw_options(CLI::App& command, ThawWords& words)
{
    command.formatter(std::make_shared<UsageFormatter>("FILE [OPTIONS] [-- ARGS...]"));
    command.add_option("FILE", words.file, "What `husk freeze` made")->required()->type_name("");
    command.add_option("--count", words.count, "Thaw it so many times")->type_name("N");
    command.add_option("--parallel", words.parallel, "So many at a time (default: 1)")->type_name("N");
    command.add_option("--input", words.input, "What the guest reads instead of stdin")->type_name("FILE");
    add_engine_option(command, words.program.engine);
    command.add_flag(
        "--any-cpu", words.any_cpu,
        "Also where CPUID lacks what it showed when it was frozen: the guest must not use it. `husk inspect` shows it");
    command.add_flag("--stats", words.program.stats, "Say on stderr what it took");
    command.add_flag(
        "--json{-}", words.program.json,
        "Tell how it ended and what it took as a JSON object: instead of an image's output, on a program's stderr, or in a file");
    add_core_option(command, words.program.core);
    add_trace_option(command, words.program.trace);
    add_inspect_option(command, words.program.inspect);
    add_gdb_option(command, words.program.gdb);
    command
        .add_flag("--learn", words.learn,
                  "Then note in FILE which memory it wrote to before its first output, so that later thaws have it at hand")
        ->group(kPrograms);
    command.add_flag("--as-frozen", words.as_frozen, "Grant what was granted when it was frozen: `husk inspect` shows it")
        ->group(kGrants);
    add_grant_options(command, words.program);
    add_limit_options(command, words.program);
    command.get_option("--timeout")->description("Time by the clock, of each");
    command.add_flag("--strace{-}", words.program.strace, "Tell each system call as strace does, on stderr or in a file")
        ->group(kPrograms);
    add_sandbox_options(command, words.program);
    command.add_flag("--anew", words.anew, "Make a machine for each, instead of resetting those that are done")->group(kImages);
    add_console_options(command, words.image);
    add_symbols_option(command, words.image.symbols);
    command.get_option("--symbols")->group(kImages);
    command.footer(kThawFooter);
}

void check_kind(const CLI::App& command, FrozenKind kind)
{
    for (const CLI::Option* option : command.get_options()) {
        if (option->count() == 0 || option->check_name("--timeout")) continue;
        const std::string& group = option->get_group();
        if (kind == FrozenKind::Program && group == kImages)
            throw UsageError{fmt::format("{}: is for images, and this is a program", option->get_name())};
        if (kind == FrozenKind::Image && (group == kGrants || group == kLimits || group == kPrograms))
            throw UsageError{fmt::format("{}: is for programs, and this is an image", option->get_name())};
    }
}

ThawOptions read(const ThawWords& words, const RunPlace& place)
{
    ThawOptions options;
    options.file = words.file;
    options.many = words.count.has_value();
    options.count = read_if("--count", words.count, parse_count).value_or(1);
    options.parallel = read_if("--parallel", words.parallel, parse_parallel).value_or(1);
    if (words.parallel && !words.count) throw UsageError{"--parallel: needs --count, for one guest runs alone"};
    if (words.anew && !words.count) throw UsageError{"--anew: needs --count, for one guest has a machine of its own"};
    if (words.program.trace && words.count) throw UsageError{"--trace: is for one thaw, and not with --count"};
    if (words.program.core && words.count) throw UsageError{"--core: is for one thaw, and not with --count"};
    if (words.learn && words.count) throw UsageError{"--learn: is for one thaw, and not with --count"};
    if (words.image.symbols && !words.program.trace) throw UsageError{"--symbols: is for --trace"};
    if (!words.program.inspect.empty() && words.count) throw UsageError{"--inspect: is for one thaw, and not with --count"};
    if (words.program.gdb && words.count) throw UsageError{"--gdb: is for one thaw, and not with --count"};
    if (words.program.gdb && words.learn) throw UsageError{"--gdb: what a debugger does is not to be learnt (--learn)"};
    options.anew = words.anew;
    options.any_cpu = words.any_cpu;
    options.learn = words.learn;
    options.as_frozen = words.as_frozen;
    options.input = words.input;
    options.run = read_settings(words.program, place);
    options.run.gdb = read_if("--gdb", words.program.gdb, parse_gdb);
    options.strict = words.image.strict;
    options.serial = words.image.serial;
    options.debugcon = words.image.debugcon;
    options.symbols = words.image.symbols;
    return options;
}

}  // namespace husk::cli
