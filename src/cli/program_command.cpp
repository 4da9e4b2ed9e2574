#include "cli/program_command.hpp"

#include "cli/inspect_machine.hpp"
#include "cli/print.hpp"
#include "cli/trace_option.hpp"
#include "program/descriptors.hpp"
#include "program/image/find_program.hpp"

#include <husk/error.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <span>

namespace husk::cli {

LineFile::LineFile(const std::string& path, int line)
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

void LineFile::write(std::string_view text) const noexcept
{
    if (!file_) return;
    try {
        write_all(file_.get(), std::as_bytes(std::span{text}), "write");
    } catch (const Error&) {  // there is nowhere to say so
    }
}

OwnFiles::OwnFiles(const RunOptions& options) : OwnFiles{options, program::descriptor_line(options.program.limits)} {}

OwnFiles::OwnFiles(const RunOptions& options, int line)
    : core{options.core ? std::optional<CoreOfProgram>{std::in_place, *options.core, line} : std::nullopt},
      errors{"-", line},
      errors_have_colour{paint_for(STDERR_FILENO).colour}
{
    if (options.strace) strace.emplace(*options.strace, line);
    trace = open_trace(options.trace, options.program.path);
    if (options.json) json.emplace(*options.json, line);
}

int OwnFiles::close_trace(int status) const
{
    return cli::close_trace(trace.get(), status, [this](std::string_view line) { errors.write(line); });
}

std::string find_executable(const std::string& word)
{
    const char* const path = std::getenv("PATH");
    auto found = program::find_program(word, path == nullptr ? std::nullopt : std::optional<std::string_view>{path});
    if (!found) throw Error{"execve", found.error().code, program::describe(found.error())};
    return std::move(*found);
}

void close_other_descriptors()
{
    constexpr unsigned kFirst = 3;
    (void)::close_range(kFirst, ~0u, 0);
}

ProgramConfig told_config(const RunOptions& options, const OwnFiles& files, const std::string& name)
{
    ProgramConfig config = options.program;
    config.notice = [&files, &name](const std::string& line) { files.errors.write(fmt::format("husk: {}: {}\n", name, line)); };
    if (options.explain)
        config.explain = [&files](const std::string& line) { files.errors.write(fmt::format("husk: {}\n", line)); };
    if (files.strace) config.trace = [&files](std::string_view line) { files.strace->write(fmt::format("{}\n", line)); };
    config.trace_file = files.trace;
    config.count_calls = options.stats || options.json;
    return config;
}

}  // namespace husk::cli
