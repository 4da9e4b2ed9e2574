#include "cli/thaw_options.hpp"

#include "cli/engine_option.hpp"
#include "cli/signals.hpp"
#include "cli/usage_formatter.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace husk::cli {

namespace {

constexpr auto kFooter =
    "With --count, the output of each is written when it ends, so that those of several do not mix, and they have no input but\n"
    "--input. --stats then tells how long they took from the start of the thaw to the first output and to the end.\n"
    "\n"
    "Exit status: that of `husk boot`; with --count that of the first that did not end with 0. And\n"
    "  120  the command line makes no sense\n"
    "  121  FILE cannot be read, is no frozen guest, or is damaged\n"
    "  122  the host refused something, or lacks what the guest needs\n"
    "\n"
    "Examples:\n"
    "  husk thaw ready.frozen\n"
    "  husk thaw ready.frozen --count 1000 --parallel 2 --stats >/dev/null";

unsigned parse_parallel(std::string_view text)
{
    const unsigned count = parse_count(text);
    if (count > CancelOnSignal::kMost) throw UsageError{fmt::format("'{}' is more than {} at a time", text, CancelOnSignal::kMost)};
    return count;
}

}  // namespace

void add_thaw_options(CLI::App& command, ThawWords& words)
{
    command.formatter(std::make_shared<UsageFormatter>("FILE [OPTIONS]"));
    command.add_option("FILE", words.file, "What `husk freeze` made")->required()->type_name("");
    command.add_option("--count", words.count, "Thaw it so many times")->type_name("N");
    command.add_option("--parallel", words.parallel, "So many at a time, each on a thread (default: 1)")->type_name("N");
    command.add_flag("--anew", words.anew, "Make a machine for each, instead of resetting those that are done");
    command.add_option("--input", words.input, "What the guest reads instead of stdin")->type_name("FILE");
    command.add_option("--timeout", words.program.timeout, "Stop each after so many seconds")->type_name("SECONDS");
    add_engine_option(command, words.program.engine);
    command.add_flag("--stats", words.program.stats, "Say on stderr what it took");
    command.add_flag("--json{-}", words.program.json,
                     "Tell how it ended and what it took as a JSON object, instead of the output or in a file");
    add_console_options(command, words.image);
    command.footer(kFooter);
}

ThawOptions read(const ThawWords& words)
{
    ThawOptions options;
    options.file = words.file;
    options.many = words.count.has_value();
    options.count = read_if("--count", words.count, parse_count).value_or(1);
    options.parallel = read_if("--parallel", words.parallel, parse_parallel).value_or(1);
    if (words.parallel && !words.count) throw UsageError{"--parallel: needs --count, for one guest runs alone"};
    if (words.anew && !words.count) throw UsageError{"--anew: needs --count, for one guest has a machine of its own"};
    options.anew = words.anew;
    options.input = words.input;
    if (auto timeout = read_if("--timeout", words.program.timeout, parse_seconds)) options.timeout = *timeout;
    options.engine = parse_engine(words.program.engine);
    options.stats = words.program.stats;
    if (!words.program.json.empty()) options.json = words.program.json;
    options.strict = words.image.strict;
    options.serial = words.image.serial;
    options.debugcon = words.image.debugcon;
    return options;
}

}  // namespace husk::cli
