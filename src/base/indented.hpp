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

}  // namespace husk
