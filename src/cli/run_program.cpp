#include "cli/run_program.hpp"

#include "base/match.hpp"
#include "base/unique_fd.hpp"
#include "cli/engine_option.hpp"
#include "cli/exit_status.hpp"
#include "cli/print.hpp"
#include "cli/run_report.hpp"
#include "program/image/find_program.hpp"

#include <husk/error.hpp>

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>

namespace husk::cli {

namespace {

/// Lines to stderr, or to a file that is made.
class LineFile {
public:
    explicit LineFile(const std::string& path)
    {
        if (path == "-") return;
        constexpr mode_t kMode = 0666;
        file_ = UniqueFd{::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kMode)};
        if (!file_) throw Error{"open", errno, path};
        // Above the numbers that are the program's.
        constexpr int kAbove = 2048;
        UniqueFd moved{::fcntl(file_.get(), F_DUPFD_CLOEXEC, kAbove)};
        if (moved) file_ = std::move(moved);
    }

    void write(std::string_view text) const noexcept
    {
        if (!file_) return complain(text);
        try {
            write_all(file_.get(), std::as_bytes(std::span{text}), "write");
        } catch (const Error& error) {
            complain_of(error);
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
void tell_end(const std::string& name, const ProgramStop& stop)
{
    std::visit(match{
                   [](const stops::Exited&) {},
                   [](const stops::Signalled&) {},
                   [](const stops::Cancelled&) {},
                   [&](const auto&) { complain(fmt::format("husk: {}: {}\n", name, describe(stop))); },
               },
               stop);
}

ProgramConfig configure(const RunOptions& options, const std::optional<LineFile>& trace)
{
    ProgramConfig config = options.program;
    config.path = find(config.path);
    config.owns_process = true;
    config.notice = [name = options.program.path](const std::string& line) { complain(fmt::format("husk: {}: {}\n", name, line)); };
    if (options.explain) config.explain = [](const std::string& line) { complain(fmt::format("husk: {}\n", line)); };
    if (trace) config.trace = [&trace](std::string_view line) { trace->write(fmt::format("{}\n", line)); };
    config.count_calls = options.stats || options.json;
    return config;
}

}  // namespace

int run_program(const RunOptions& options)
{
    std::optional<LineFile> trace;
    if (options.trace) trace.emplace(*options.trace);
    std::optional<LineFile> json;
    if (options.json) json.emplace(*options.json);
    std::optional<Program> program;
    try {
        program.emplace(configure(options, trace));
    } catch (const Error& error) {
        if (error.call() != "execve") throw;
        complain(fmt::format("husk: {}\n", error.hint()));
        return kBadImage;
    }
    tell_engine_choice(options.program.path, program->engine_reason());
    const ProgramStop stop = program->run();
    const int status = exit_status(stop, 0);
    tell_end(options.program.path, stop);
    if (!program->confinement_missing().empty())
        complain(fmt::format("husk: not fully confined: {}\n", program->confinement_missing()));
    if (options.stats) complain(run_stats_text(*program));
    if (json) json->write(run_json(*program, stop, status) + "\n");
    return status;
}

}  // namespace husk::cli
