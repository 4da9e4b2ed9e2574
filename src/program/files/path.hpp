#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Paths as text. What text says of a file is never the last word: the kernel has that.
namespace husk::program {

/// The names in a path, without those that are empty; "." stays, since what it is asked of must be a folder.
inline std::vector<std::string_view> names_in(std::string_view path)
{
    std::vector<std::string_view> names;
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/'), path.size());
        if (end != 0) names.push_back(path.substr(0, end));
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return names;
}

/// "/" and "a" is "/a"; "/a" and "b" is "/a/b".
inline std::string joined(std::string_view folder, std::string_view name)
{
    std::string path{folder};
    if (!path.ends_with('/')) path += '/';
    return path += name;
}

/// What is left of `path` below `folder`, without a slash at its begin: nothing if it is not `folder` and not in it.
inline std::optional<std::string_view> below(std::string_view path, std::string_view folder)
{
    if (folder == "/") return path.starts_with('/') ? std::optional{path.substr(1)} : std::nullopt;
    if (!path.starts_with(folder)) return std::nullopt;
    path.remove_prefix(folder.size());
    if (path.empty()) return path;
    if (path.front() != '/') return std::nullopt;
    return path.substr(1);
}

/// `folder`, or what is `rest` in it.
inline std::string within(std::string_view folder, std::string_view rest)
{
    return rest.empty() ? std::string{folder} : joined(folder, rest);
}

}  // namespace husk::program
