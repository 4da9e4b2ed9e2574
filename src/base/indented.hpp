#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace husk {

/// Each line of `lines` so many columns more to the right, and ended, if the last was not.
inline std::string indented(std::string_view lines, std::size_t columns)
{
    std::string text;
    while (!lines.empty()) {
        const std::string_view line = lines.substr(0, lines.find('\n'));
        text.append(columns, ' ').append(line) += '\n';
        lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    }
    return text;
}

/// Words in lines of at most `width` letters, but for words that are longer: the second and those that follow begin with `indent`
/// blanks, which count.
inline std::string wrapped(std::string_view words, std::size_t width, std::size_t indent)
{
    std::string text;
    std::size_t column = indent;
    while (!words.empty()) {
        const std::string_view word = words.substr(0, words.find(' '));
        const bool first = column == indent;
        if (!first && column + 1 + word.size() > width) {
            text.append("\n").append(indent, ' ');
            column = indent;
        } else if (!first) {
            text += ' ';
            ++column;
        }
        text.append(word);
        column += word.size();
        words.remove_prefix(std::min(words.size(), word.size() + 1));
    }
    return text;
}

}  // namespace husk
