#include "cli/core_option.hpp"
#include "cli/engine_option.hpp"
#include "cli/gdb_option.hpp"
#include "cli/run_options.hpp"
#include "cli/trace_option.hpp"
#include "cli/usage_formatter.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace husk::cli {

namespace {

constexpr auto kRunFooter =
    "Grants: a program sees no files of the host but those granted, and none of its environment. A folder is granted with all in "
    "it.\n"
    "By default it may also read itself, its interpreter and the libraries it is linked with, and use the devices /dev/null, "
    "zero,\n"
    "full, random, urandom and tty. On a terminal it also gets TERM, and may read what is known of that terminal (terminfo),\n"
    "/etc/inputrc, and the libraries that interpreters load for line editing.\n"
    "\n"
    "A file of grants has lines of  ro PATH  |  rw PATH  |  tmp  |  cwd DIR  |  env NAME[=VALUE]  with # before comments and "
    "quotes\n"
    "around what has blanks. Its relative paths start at its own folder. Options have the last word.\n"
    "\n"
    "Exit status:\n"
    "  the program's own    0 to 255; one above 99 may be mistaken for those below: --json tells\n"
    "  128+N  signal N ended it\n"
    "  105  this host cannot execute an instruction of it\n"
    "  106  it used up --cpu-time\n"
    "  107  it wrote more than --output\n"
    "  120  the command line makes no sense\n"
    "  121  the program cannot be found or read, or is no program for Linux on x86-64\n"
    "  122  the host refused something, lacks what --require-sandbox insists on, or --trace could not be written\n"
    "  124  --timeout passed\n"
    "  137  a debugger killed it (--gdb), or SIGKILL\n"
    "Beyond the other limits the program gets an error and goes on: ENOMEM, EAGAIN, EMFILE; a file too large is SIGXFSZ and EFBIG.";

CLI::Option* repeated(CLI::App& command, const std::string& name, std::vector<std::string>& words, const std::string& help)
{
    return command.add_option(name, words, help)
        ->expected(1)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

}  // namespace

void add_grant_options(CLI::App& command, RunWords& words)
{
    repeated(command, "--ro", words.read_only, "Let it read this file or folder; may be repeated")
        ->type_name("PATH")
        ->group(kGrants);
    repeated(command, "--rw", words.writable, "Let it read and write this file or folder; may be repeated")
        ->type_name("PATH")
        ->group(kGrants);
    command.add_flag("--tmp", words.private_tmp, "Give it an empty /tmp of its own, which vanishes with it")->group(kGrants);
    command.add_option("--cwd", words.directory, "Where it starts (default: here if that is granted, otherwise /)")
        ->type_name("DIR")
        ->group(kGrants);
    repeated(command, "--env", words.environment, "Set a variable, or hand on the one that is set here; may be repeated")
        ->type_name("NAME[=VALUE]")
        ->group(kGrants);
    repeated(command, "--grants", words.grant_files, "Read grants from a file; may be repeated")->type_name("FILE")->group(kGrants);
    command.add_flag("!--no-default-grants", words.default_grants, "Not even itself, its libraries and the devices below")
        ->group(kGrants);
    command.add_flag("--explain", words.explain, "Say which grant would allow what was refused")->group(kGrants);
}

void add_limit_options(CLI::App& command, RunWords& words)
{
    const auto add = [&](const char* name, std::optional<std::string>& word, const char* help, const char* type) {
        command.add_option(name, word, help)->type_name(type)->group(kLimits);
    };
    add("--memory", words.memory, "Address space and resident memory, with K, M, G or T", "SIZE");
    add("--timeout", words.timeout, "Time by the clock", "SECONDS");
    add("--cpu-time", words.cpu_time, "Time of all its threads together", "SECONDS");
    add("--threads", words.threads, "Threads at once", "N");
    add("--files", words.files, "Open descriptors at once", "N");
    add("--fsize", words.file_size, "What a file may grow to", "SIZE");
    add("--output", words.output, "What it may write to stdout and stderr together", "SIZE");
}

void add_sandbox_options(CLI::App& command, RunWords& words)
{
    command
        .add_flag("--require-sandbox", words.require_sandbox,
                  "Do not run it unless Husk itself is under Landlock and seccomp (default: as far as this kernel has them)")
        ->group(kPrograms);
    command.add_flag("!--no-sandbox", words.sandbox, "Leave Husk itself unconfined, which is for debugging Husk only")
        ->group(kPrograms);
}

void add_run_options(CLI::App& command, RunWords& words)
{
    command.formatter(std::make_shared<UsageFormatter>("[OPTIONS] PROGRAM [ARGS...]"));
    add_grant_options(command, words);
    add_limit_options(command, words);
    add_engine_option(command, words.engine);
    add_sandbox_options(command, words);
    // Flags, whose value can only follow "=": the next word may be the program.
    command.add_flag("--strace{-}", words.strace, "Tell each system call as strace does, on stderr or in a file");
    add_core_option(command, words.core);
    add_trace_option(command, words.trace);
    command.add_flag("--stats", words.stats, "Say on stderr what the run took");
    command.add_flag("--json{-}", words.json, "Tell how it ended and what it took as a JSON object, on stderr or in a file");
    add_inspect_option(command, words.inspect);
    add_gdb_option(command, words.gdb);
    command.footer(kRunFooter);
}

}  // namespace husk::cli
