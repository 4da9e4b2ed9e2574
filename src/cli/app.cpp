#include "cli/app.hpp"

#include "cli/commands.hpp"
#include "cli/exit_status.hpp"
#include "cli/parse.hpp"
#include "cli/print.hpp"
#include "cli/run_program.hpp"
#include "cli/version.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <span>
#include <stdexcept>
#include <string_view>

namespace husk::cli {

namespace {

SignalHandler sigpipe_at_start = SIG_DFL;

struct Command {
    std::string_view name;
    const char* purpose;
    Action (*add)(CLI::App&, const Tail&);
    bool has_tail = false;  ///< what follows its options, and its names, is somebody else's
    std::size_t names = 0;
};

/// `Add` for a command without a tail.
template <Action (*Add)(CLI::App&)>
Action add_plain(CLI::App& command, const Tail& /*tail*/)
{
    return Add(command);
}

Action add_run_command(CLI::App& command, const Tail& tail)
{
    return add_run(command, tail, run_program);
}

constexpr std::array kCommands{
    Command{"demo", "Run the four built-in guests, one a mode, each in a virtual machine of its own", add_plain<add_demo>},
    Command{"boot", "Boot a bare-metal image: a flat binary, an ELF, a multiboot kernel", add_plain<add_boot>},
    Command{"run", "Run a Linux program, alone in a virtual machine", add_run_command, true},
    Command{"freeze", "Run a guest to a point, and freeze it there, in a file", add_freeze, true},
    Command{"thaw", "Go on with a frozen guest, once or many times", add_thaw, true, 1},
    Command{"inspect", "Explain an image's machine, or a frozen guest, in words", add_plain<add_inspect>},
    Command{"trace-summary", "Sum up a file that --trace made: exits by cause and place, system calls, where time went",
            add_plain<add_trace_summary>},
    Command{"doctor", "Say what this host can do, and what to do about what it cannot", add_plain<add_doctor>},
};

std::string command_names()
{
    std::string names;
    for (const Command& command : kCommands) names += fmt::format("{}{}", names.empty() ? "" : ", ", command.name);
    return names;
}

/// The first word must be a command or an option of husk's own.
void check_command(int count, const char* const* words)
{
    if (count < 2) throw UsageError{"no command given: there are " + command_names()};
    const std::string_view word = words[1];
    if (word.starts_with('-') || std::ranges::count(kCommands, word, &Command::name) != 0) return;
    throw UsageError{fmt::format("there is no command '{}': there are {}", word, command_names())};
}

int dispatch(int count, const char* const* words)
{
    CLI::App app{"Husk runs one program inside its own virtual machine.", "husk"};
    app.set_version_flag("--version", version_text);
    app.footer("Exit statuses: `husk boot --help`.");

    check_command(count, words);
    // Only the command at hand, if there is one: to build parsers that are not used takes longer than a small guest runs.
    const bool all = words[1][0] == '-';
    std::array<Action, kCommands.size()> actions;
    Tail tail;
    int own_count = count;
    for (std::size_t i = 0; i < kCommands.size(); ++i) {
        const Command& command = kCommands.at(i);
        if (!all && command.name != words[1]) continue;
        CLI::App* parser = app.add_subcommand(std::string{command.name}, command.purpose);
        actions.at(i) = command.add(*parser, tail);
        if (all || !command.has_tail) continue;
        const std::span behind{words + 2, static_cast<std::size_t>(count - 2)};
        const std::size_t own = own_words(*parser, behind, command.names);
        tail = tail_of(behind, own);
        own_count = static_cast<int>(own) + 2;
    }
    try {
        app.parse(own_count, words);
    } catch (const CLI::CallForHelp&) {
        for (const auto* parser : app.get_subcommands()) return print(parser->help()), kSuccess;
        return print(app.help()), kSuccess;
    } catch (const CLI::CallForVersion&) {
        return print(version_text()), kSuccess;
    } catch (const CLI::ParseError& error) {
        throw UsageError{error.what()};
    }
    for (std::size_t i = 0; i < kCommands.size(); ++i)
        if (actions.at(i) && app.got_subcommand(std::string{kCommands.at(i).name})) return actions.at(i)();
    return kUsage;
}

}  // namespace

SignalHandler inherited_sigpipe()
{
    return sigpipe_at_start;
}

int run(int count, const char* const* words) noexcept
{
    // A closed pipe is an error of write(), with a name, not a death.
    sigpipe_at_start = std::signal(SIGPIPE, SIG_IGN);
    return guarded([&] { return dispatch(count, words); });
}

int guarded(const std::function<int()>& command) noexcept
{
    try {
        return command();
    } catch (const UsageError& error) {
        complain(fmt::format("husk: {}\n  `husk --help` and `husk COMMAND --help` list what there is.\n", error.message));
        return kUsage;
    } catch (const BadInput& error) {
        complain(fmt::format("husk: {}\n", error.message));
        return kBadImage;
    } catch (const Error& error) {
        complain_of(error);
        return kHostError;
    } catch (const std::exception& error) {
        complain(fmt::format("husk: {}\n", error.what()));
        return kHostError;
    }
}

}  // namespace husk::cli
