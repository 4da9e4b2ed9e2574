#include "cli/run_program.hpp"

#include "base/match.hpp"
#include "base/unique_fd.hpp"
#include "cli/app.hpp"
#include "cli/engine_option.hpp"
#include "cli/exit_status.hpp"
#include "cli/print.hpp"
#include "cli/run_report.hpp"
#include "program/descriptors.hpp"
#include "program/image/find_program.hpp"
#include "program/signals/set.hpp"

#include <husk/error.hpp>

#include <fcntl.h>
#include <fmt/format.h>

#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <span>

namespace husk::cli {

namespace {

/// Where Husk's own lines go: stderr as this process was given it, or a file that is made. Not by a number of the program's, which
/// may close its own, or read this one.
class LineFile {
public:
    /// "-": stderr. `line`: where the program's numbers end. Throws Error.
    LineFile(const std::string& path, int line)
    {
        constexpr mode_t kMode = 0666;
        UniqueFd file;
        if (path != "-") {
            file = UniqueFd{::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kMode)};
            if (!file) throw Error{"open", errno, path};
        }
        file_ = UniqueFd{::fcntl(file ? file.get() : STDERR_FILENO, F_DUPFD_CLOEXEC, line)};
        if (!file_ && path != "-") throw Error{"fcntl(F_DUPFD_CLOEXEC)", errno, path};
    }

    /// What cannot be written to stderr is lost.
    void write(std::string_view text) const noexcept
    {
        if (!file_) return;
        try {
            write_all(file_.get(), std::as_bytes(std::span{text}), "write");
        } catch (const Error&) {  // there is nowhere to say so
        }
    }

private:
    UniqueFd file_;
};

std::string find(const std::string& word)
{
    const char* const path = std::getenv("PATH");
    auto found = program::find_program(word, path == nullptr ? std::nullopt : std::optional<std::string_view>{path});
    if (!found) throw Error{"execve", found.error().code, program::describe(found.error())};
    return std::move(*found);
}

/// Limits that ended it are named on stderr: the status alone is easily overlooked.
void tell_end(const LineFile& errors, const std::string& name, const ProgramStop& stop)
{
    std::visit(match{
                   [](const stops::Exited&) {},
                   [](const stops::Signalled&) {},
                   [](const stops::Cancelled&) {},
                   [&](const auto&) { errors.write(fmt::format("husk: {}: {}\n", name, describe(stop))); },
               },
               stop);
}

/// Files of Husk's own.
struct OwnFiles {
    explicit OwnFiles(const RunOptions& options) : OwnFiles{options, program::descriptor_line(options.program.limits)} {}

    LineFile errors;
    std::optional<LineFile> trace, json;

private:
    OwnFiles(const RunOptions& options, int line) : errors{"-", line}
    {
        if (options.trace) trace.emplace(*options.trace, line);
        if (options.json) json.emplace(*options.json, line);
    }
};

ProgramConfig configure(const RunOptions& options, const OwnFiles& files)
{
    ProgramConfig config = options.program;
    config.path = find(config.path);
    config.owns_process = true;
    config.notice = [&files, name = options.program.path](const std::string& line) {
        files.errors.write(fmt::format("husk: {}: {}\n", name, line));
    };
    if (options.explain)
        config.explain = [&files](const std::string& line) { files.errors.write(fmt::format("husk: {}\n", line)); };
    if (files.trace) config.trace = [&files](std::string_view line) { files.trace->write(fmt::format("{}\n", line)); };
    config.count_calls = options.stats || options.json;
    return config;
}

/// Whoever waits for this process sees what it would see of the program: a shell, for one, ends its loop after Ctrl-C. A core would
/// be one of Husk, so those that leave one are told by the status alone.
void end_as(const ProgramStop& stop)
{
    const auto* const signalled = std::get_if<stops::Signalled>(&stop);
    if (signalled == nullptr || program::kDumpingCore.has(signalled->signal)) return;
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, signalled->signal);
    (void)std::signal(signalled->signal, SIG_DFL);
    (void)::pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
    (void)::kill(::getpid(), signalled->signal);
}

}  // namespace

int run_program(const RunOptions& options)
{
    // Descriptors are capabilities: the program gets the three that everybody gives on purpose, and not what a shell or a service
    // left open.
    constexpr unsigned kFirst = 3;
    (void)::close_range(kFirst, ~0u, 0);
    const OwnFiles files{options};
    // It begins with what this process was given, and not with what the other commands need.
    (void)std::signal(SIGPIPE, inherited_sigpipe() == SIG_IGN ? SIG_IGN : SIG_DFL);
    std::optional<Program> program;
    try {
        program.emplace(configure(options, files));
    } catch (const Error& error) {
        if (error.call() != "execve") throw;
        complain(fmt::format("husk: {}\n", error.hint()));
        return kBadImage;
    }
    tell_engine_choice(options.program.path, program->engine_reason());
    const ProgramStop stop = program->run();
    const int status = exit_status(stop, 0);
    tell_end(files.errors, options.program.path, stop);
    if (!program->confinement_missing().empty())
        files.errors.write(fmt::format("husk: not fully confined: {}\n", program->confinement_missing()));
    if (options.stats) files.errors.write(run_stats_text(*program));
    if (files.json) files.json->write(run_json(*program, stop, status) + "\n");
    program.reset();  // with its folders
    end_as(stop);
    return status;
}

}  // namespace husk::cli
