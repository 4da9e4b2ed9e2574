#include "cli/tail.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <string_view>

namespace husk::cli {

namespace {

constexpr std::string_view kEndOfOptions = "--";

/// True if the word after `word`, an option, is its value. The parser complains of what is no option.
bool takes_next(const CLI::App& command, std::string_view word)
{
    if (word.find('=') != std::string_view::npos) return false;
    const CLI::Option* option = command.get_option_no_throw(std::string{word});
    return option != nullptr && option->get_items_expected_min() > 0;
}

}  // namespace

std::size_t own_words(const CLI::App& command, std::span<const char* const> words, std::size_t names)
{
    std::size_t at = 0;
    while (at < words.size()) {
        const std::string_view word = words[at];
        const bool option = word.starts_with('-');
        if (word == kEndOfOptions || (!option && names == 0)) break;
        if (!option) --names;
        at += option && takes_next(command, word) ? 2 : 1;
    }
    return std::min(at, words.size());
}

Tail tail_of(std::span<const char* const> words, std::size_t from)
{
    if (from < words.size() && words[from] == kEndOfOptions) ++from;
    return {words.begin() + static_cast<std::ptrdiff_t>(from), words.end()};
}

}  // namespace husk::cli
