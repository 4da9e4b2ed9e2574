#include "program/image/start.hpp"

#include "program/image/script.hpp"

#include <array>
#include <system_error>
#include <utility>

namespace husk::program {
namespace {

constexpr std::size_t kMostScripts = 5;  // fs/exec.c, exec_binprm()

tl::unexpected<StartError> refused(const std::string& path, ExecutableError error)
{
    return tl::unexpected{StartError{error.code, path, std::move(error.what)}};
}

tl::expected<FileSource, StartError> open_to_execute(const std::string& path)
{
    if (const int problem = execute_problem(path)) return tl::unexpected{StartError{problem, path}};
    return FileSource::open(path).map_error([&](int problem) { return StartError{problem, path}; });
}

/// The #! line of a script; none if the file is not one.
tl::expected<std::optional<Script>, ExecutableError> script_of(const FileSource& file)
{
    std::array<std::byte, kScriptLineLimit> start{};
    const auto bytes = std::span{start}.first(file.read(0, start));
    if (!is_script(bytes)) return std::nullopt;
    return parse_script(bytes).map([](Script&& script) { return std::optional{std::move(script)}; });
}

/// argv of the interpreter of a script at `path` that was to be run with `arguments`. fs/binfmt_script.c, load_script().
std::vector<std::string> interpreter_arguments(const Script& script, const std::string& path, std::vector<std::string> arguments)
{
    std::vector<std::string> all{script.interpreter};
    if (script.argument) all.push_back(*script.argument);
    all.push_back(path);
    for (std::size_t i = 1; i < arguments.size(); ++i) all.push_back(std::move(arguments[i]));
    return all;
}

tl::expected<OpenExecutable, StartError> open_executable(std::string path, FileSource file, Role role)
{
    auto executable = parse_executable(file, role);
    if (!executable) return refused(path, executable.error());
    return OpenExecutable{std::move(path), std::move(file), std::move(*executable)};
}

tl::expected<Start, StartError> complete(OpenExecutable program, std::vector<std::string> arguments,
                                         std::vector<std::string> scripts)
{
    Start start{std::move(program), std::nullopt, std::move(arguments), std::move(scripts)};
    const std::string& path = start.program.executable.interpreter;
    if (path.empty()) return start;
    auto file = open_to_execute(path);
    if (!file) return tl::unexpected{file.error()};
    auto interpreter = open_executable(path, std::move(*file), Role::Interpreter);
    if (!interpreter) return tl::unexpected{interpreter.error()};
    start.interpreter = std::move(*interpreter);
    return start;
}

}  // namespace

std::string describe(const StartError& error)
{
    const std::string told =
        fmt::format("{}: {}", error.path.empty() ? "\"\"" : error.path, std::generic_category().message(error.code));
    return error.what ? fmt::format("{}: {}", told, husk::describe(*error.what)) : told;
}

tl::expected<Start, StartError> open_start(const std::string& path, std::vector<std::string> arguments)
{
    std::vector<std::string> scripts;
    std::string next = path;
    while (true) {
        auto file = open_to_execute(next);
        if (!file) return tl::unexpected{file.error()};
        const auto script = script_of(*file);
        if (!script) return refused(next, script.error());
        if (!*script) {
            return open_executable(next, std::move(*file), Role::Program).and_then([&](OpenExecutable&& program) {
                return complete(std::move(program), std::move(arguments), std::move(scripts));
            });
        }
        if (scripts.size() == kMostScripts) return tl::unexpected{StartError{ELOOP, next}};
        arguments = interpreter_arguments(**script, next, std::move(arguments));
        scripts.push_back(std::exchange(next, (*script)->interpreter));
    }
}

}  // namespace husk::program
