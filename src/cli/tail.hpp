#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace husk::cli {

/// Words that belong to somebody else, whatever they look like: a program and its arguments.
using Tail = std::vector<std::string>;

/// Where, in the words behind the name of `command`, the tail begins: behind its first `names`, at the next word that is neither an
/// option nor the value of one, or at "--". All words before it are the command's own.
std::size_t own_words(const CLI::App& command, std::span<const char* const> words, std::size_t names = 0);

/// The tail that begins at `from`, without the "--" before it.
Tail tail_of(std::span<const char* const> words, std::size_t from);

}  // namespace husk::cli
