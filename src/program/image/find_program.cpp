#include "program/image/find_program.hpp"

#include "program/image/file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <system_error>

namespace husk::program {
namespace {

constexpr std::string_view kDefaultPath = "/bin:/usr/bin";  // confstr(_CS_PATH)

/// Errors after which execvp() looks in the next directory.
constexpr std::array kLookFurther{ENOENT, ENOTDIR, EACCES, ESTALE, ENODEV, ETIMEDOUT};

std::string message(int code)
{
    return std::generic_category().message(code);
}

tl::unexpected<NotFound> not_found(NotFound error)
{
    const bool forbidden = std::ranges::count(error.tried, EACCES, &NotFound::Tried::code) > 0;
    error.code = forbidden ? EACCES : error.tried.empty() ? ENOENT : error.tried.back().code;
    return tl::unexpected{std::move(error)};
}

tl::expected<std::string, NotFound> search(std::string_view name, std::string_view path)
{
    NotFound error{.name = std::string{name}};
    for (bool more = true; more;) {
        const auto colon = path.find(':');
        const std::string_view directory = path.substr(0, colon);
        more = colon != path.npos;
        if (more) path.remove_prefix(colon + 1);
        if (directory.size() >= PATH_MAX) continue;  // as execvp(); no such directory can be
        std::string file = directory.empty() ? std::string{name} : fmt::format("{}/{}", directory, name);
        const int problem = execute_problem(file);
        if (problem == 0) return file;
        error.tried.push_back({std::move(file), problem});
        if (std::ranges::find(kLookFurther, problem) == kLookFurther.end()) {
            error.code = problem;
            return tl::unexpected{std::move(error)};
        }
    }
    return not_found(std::move(error));
}

}  // namespace

std::string describe(const NotFound& error)
{
    std::string told = fmt::format("{}: {}", error.name.empty() ? "\"\"" : error.name, message(error.code));
    // Where it is the same everywhere once is enough; what was the matter with one that is there must be said of that one.
    std::string_view separator = ": looked for as ";
    for (const NotFound::Tried& one : error.tried) {
        if (one.path == error.name && error.tried.size() == 1) break;
        told += fmt::format("{}{}", separator, one.path);
        if (one.code != ENOENT) told += fmt::format(" ({})", message(one.code));
        separator = ", ";
    }
    return told;
}

tl::expected<std::string, NotFound> find_program(std::string_view name, std::optional<std::string_view> path)
{
    if (name.empty()) return tl::unexpected{NotFound{.code = ENOENT}};
    if (name.find('/') != name.npos) {
        std::string file{name};
        const int problem = execute_problem(file);
        if (problem == 0) return file;
        return not_found({.name = file, .tried = {{file, problem}}});
    }
    if (name.size() > NAME_MAX) return tl::unexpected{NotFound{.code = ENAMETOOLONG, .name = std::string{name}}};
    return search(name, path.value_or(kDefaultPath));
}

}  // namespace husk::program
