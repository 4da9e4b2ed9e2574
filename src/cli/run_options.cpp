#include "cli/run_options.hpp"

#include "cli/core_option.hpp"
#include "cli/engine_option.hpp"
#include "cli/gdb_option.hpp"
#include "cli/grants_file.hpp"
#include "cli/trace_option.hpp"
#include "program/space/layout.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace husk::cli {

namespace {

std::uint64_t parse_memory(std::string_view text)
{
    const std::uint64_t size = parse_size(text);
    if (size == 0) throw UsageError{fmt::format("'{}' is no memory at all", text)};
    return size;
}

std::uint64_t parse_address_space(std::string_view text)
{
    const std::uint64_t size = parse_size(text);
    if (!program::layout::Extent::is_size(size)) throw UsageError{fmt::format("'{}' is not from 1G to 1T, and whole GiB", text)};
    return size;
}

/// `path` seen from `directory`, without "." and ".." and trailing slashes. As text: what it is, is for who opens it.
std::string absolute(const std::string& directory, std::string_view path)
{
    if (path.empty()) throw UsageError{"'' is not a path"};
    std::string result = (std::filesystem::path{directory} / path).lexically_normal();
    while (result.size() > 1 && result.ends_with('/')) result.pop_back();
    return result;
}

void add_grant(std::vector<Grant>& grants, std::string path, bool writable)
{
    const auto same = std::ranges::find(grants, path, &Grant::path);
    if (same != grants.end())
        same->writable |= writable;
    else
        grants.push_back({.path = std::move(path), .writable = writable, .at = {}});
}

/// NAME=VALUE as it is, NAME with the value it has here, and nothing if it has none. The last of a name counts.
void add_variable(std::vector<std::string>& variables, const std::string& word, const RunPlace& place)
{
    const std::string name = word.substr(0, word.find('='));
    if (name.empty()) throw UsageError{fmt::format("'{}' is not of the form NAME or NAME=VALUE", word)};
    std::erase_if(variables, [&](const std::string& other) { return other.starts_with(name + "="); });
    if (name != word)
        variables.push_back(word);
    else if (const auto value = place.environment(name))
        variables.push_back(name + "=" + *value);
}

void take(ProgramConfig& program, const GrantWords& words, const std::string& directory, const RunPlace& place)
{
    for (const auto& [path, writable] : words.paths) add_grant(program.grants, absolute(directory, path), writable);
    for (const std::string& word : words.environment) add_variable(program.environment, word, place);
    if (words.directory) program.working_directory = absolute(directory, *words.directory);
    program.private_tmp |= words.private_tmp;
}

/// First the files, each seen from its own folder, then the options, which have the last word.
void take_grants(ProgramConfig& program, const RunWords& words, const RunPlace& place)
{
    // A program on a terminal must know which, or it cannot edit lines.
    if (words.default_grants && place.terminal) add_variable(program.environment, "TERM", place);
    for (const std::string& file : words.grant_files) {
        const std::string path = read_as("--grants", file, [&](auto text) { return absolute(place.directory, text); });
        const std::string folder = std::filesystem::path{path}.parent_path();
        read_as("--grants", file,
                [&](const std::string& name) { return take(program, read_grants(path, name), folder, place), 0; });
    }
    for (const auto& [option, paths] : {std::pair{"--ro", &words.read_only}, std::pair{"--rw", &words.writable}})
        for (const std::string& text : *paths)
            add_grant(program.grants, read_as(option, text, [&](auto path) { return absolute(place.directory, path); }),
                      paths == &words.writable);
    for (const std::string& word : words.environment)
        read_as("--env", word, [&](const std::string& text) { return add_variable(program.environment, text, place), 0; });
    if (const auto directory = read_if("--cwd", words.directory, [&](auto text) { return absolute(place.directory, text); }))
        program.working_directory = *directory;
    program.private_tmp |= words.private_tmp;
    program.address_space = read_if("--address-space", words.address_space, parse_address_space);
}

ProgramLimits limits_of(const RunWords& words)
{
    return {.memory = read_if("--memory", words.memory, parse_memory),
            .file_size = read_if("--fsize", words.file_size, parse_size),
            .output = read_if("--output", words.output, parse_size),
            .wall_time = read_if("--timeout", words.timeout, parse_seconds),
            .cpu_time = read_if("--cpu-time", words.cpu_time, parse_seconds),
            .threads = read_if("--threads", words.threads, parse_count),
            .files = read_if("--files", words.files, parse_count)};
}

Confinement confinement_of(const RunWords& words)
{
    if (words.require_sandbox && !words.sandbox) throw UsageError{"--require-sandbox and --no-sandbox exclude each other"};
    if (words.require_sandbox) return Confinement::Required;
    return words.sandbox ? Confinement::Wanted : Confinement::None;
}

}  // namespace

RunPlace RunPlace::here()
{
    std::error_code error;
    RunPlace place{.directory = std::filesystem::current_path(error)};
    if (error) throw Error{"getcwd", error.value()};
    place.environment = [](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());
        return value != nullptr ? std::optional<std::string>{value} : std::nullopt;
    };
    place.terminal = ::isatty(STDIN_FILENO) != 0 || ::isatty(STDOUT_FILENO) != 0;
    return place;
}

RunOptions read_settings(const RunWords& words, const RunPlace& place)
{
    RunOptions options;
    options.program.arguments = words.command;
    options.program.default_grants = words.default_grants;
    options.program.limits = limits_of(words);
    options.program.engine = parse_engine(words.engine);
    options.program.confinement = confinement_of(words);
    take_grants(options.program, words, place);
    options.explain = words.explain;
    options.stats = words.stats;
    if (!words.strace.empty()) options.strace = words.strace;
    check_trace_option(words.trace);
    options.trace = words.trace;
    if (!words.json.empty()) options.json = words.json;
    options.inspect = read_inspect(words.inspect);
    check_core_option(words.core);
    options.core = words.core;
    options.program.keep_snapshot = options.inspect == InspectAt::Stop || options.core;
    return options;
}

RunOptions read(const RunWords& words, const RunPlace& place)
{
    if (words.command.empty() || words.command.front().empty())
        throw UsageError{"run: no program given: husk run [OPTIONS] PROGRAM [ARGS...]"};
    RunOptions options = read_settings(words, place);
    options.gdb = read_if("--gdb", words.gdb, parse_gdb);
    options.program.path = words.command.front();
    return options;
}

}  // namespace husk::cli
