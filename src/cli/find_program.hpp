#pragma once

#include <optional>
#include <string>

namespace husk::cli {

/// The file that a shell would run for `word`: `word` itself if it has a slash, otherwise the first executable file of that name in
/// the folders of `path` (PATH's value; an empty one is the current folder). Nothing if there is none.
std::optional<std::string> find_program(const std::string& word, const std::string& path);

}  // namespace husk::cli
