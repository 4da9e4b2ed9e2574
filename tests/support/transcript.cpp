#include "support/transcript.hpp"

#include <algorithm>
#include <stdexcept>

namespace husk::test {
namespace {

/// "~PLACES REASON: TEXT"
struct Variant {
    std::string_view places, reason, text;
};

Variant parse(std::string_view line)
{
    const std::size_t space = line.find(' ');
    const std::size_t colon = line.find(": ", space);
    if (space == std::string_view::npos || colon == std::string_view::npos || colon < space + 2)
        throw std::invalid_argument{"not \"~PLACES REASON: TEXT\": " + std::string{line}};
    return {line.substr(1, space - 1), line.substr(space + 1, colon - space - 1), line.substr(colon + 2)};
}

bool names(std::string_view places, std::string_view place)
{
    for (;;) {
        const std::size_t comma = places.find(',');
        if (places.substr(0, comma) == place) return true;
        if (comma == std::string_view::npos) return false;
        places.remove_prefix(comma + 1);
    }
}

}  // namespace

std::vector<std::string> lines_of(std::string_view text)
{
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

Transcript transcript_at(std::string_view text, std::string_view place)
{
    Transcript result;
    bool replaced = false;  // the last line, by a variant
    for (std::string& line : lines_of(text)) {
        if (!line.starts_with('~')) {
            result.lines.push_back(std::move(line));
            replaced = false;
            continue;
        }
        const Variant variant = parse(line);
        if (!names(variant.places, place)) continue;
        if (result.lines.empty()) throw std::invalid_argument{"stands for no line: " + line};
        if (!replaced) result.lines.pop_back();
        replaced = true;
        result.lines.emplace_back(variant.text);
        if (std::ranges::find(result.reasons, variant.reason) == result.reasons.end()) result.reasons.emplace_back(variant.reason);
    }
    return result;
}

std::string first_difference(const std::vector<std::string>& expected, const std::vector<std::string>& seen, bool only_begun)
{
    const std::size_t most = only_begun ? seen.size() : std::max(expected.size(), seen.size());
    for (std::size_t i = 0; i < most; ++i) {
        const std::string wanted = i < expected.size() ? expected[i] : "(nothing)";
        const std::string got = i < seen.size() ? seen[i] : "(nothing)";
        if (wanted == got || (only_begun && i + 1 == seen.size() && wanted.starts_with(got))) continue;
        return "line " + std::to_string(i + 1) + "\nexpected: " + wanted + "\n     got: " + got + "\n";
    }
    return {};
}

}  // namespace husk::test
