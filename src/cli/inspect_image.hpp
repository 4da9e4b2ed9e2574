#pragma once

#include <husk/frozen.hpp>

#include <string>

namespace husk::cli {

/// What the frozen machine in `file` is, for people.
std::string inspect_text(const std::string& file, const Frozen& frozen);
/// The same as a JSON object: all that the file says but the contents of memory.
std::string inspect_json(const std::string& file, const Frozen& frozen);

}  // namespace husk::cli
