#include "program/image/script.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace husk::program {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kMark = "#!";
constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kPathEnd = " \t\0"sv;

/// The start of a script as Linux keeps it: zeroes behind the end of a short file.
class Start {
public:
    explicit Start(std::span<const std::byte> bytes)
    {
        const auto part = bytes.first(std::min(bytes.size(), text_.size()));
        std::ranges::transform(part, text_.begin(), [](std::byte byte) { return static_cast<char>(byte); });
    }

    std::string_view text() const { return {text_.data(), text_.size()}; }

private:
    std::array<char, kScriptLineLimit> text_{};
};

/// From the mark to the newline, if there is one before any NUL.
std::optional<std::string_view> whole_line(std::string_view text)
{
    const auto end = text.find_first_of("\n\0"sv);
    if (end == text.npos || text[end] == '\0') return std::nullopt;
    return text.substr(kMark.size(), end - kMark.size());
}

/// A line that does not end in `text` is taken to the last byte but one, provided that the interpreter's path ends in it.
tl::expected<std::string_view, ExecutableError> cut_line(std::string_view text)
{
    const auto path = text.find_first_not_of(kBlanks, kMark.size());
    if (path == text.npos)
        return bad_executable(ENOEXEC, "#! line", kMark.size(), "only blanks in the first {} bytes", kScriptLineLimit);
    if (text.find_first_of(kPathEnd, path) == text.npos)
        return bad_executable(ENOEXEC, "#! line", path, "the interpreter's path does not end in the first {} bytes of the file",
                              kScriptLineLimit);
    return text.substr(kMark.size(), text.size() - 1 - kMark.size());
}

}  // namespace

bool is_script(std::span<const std::byte> start)
{
    return Start{start}.text().starts_with(kMark);
}

tl::expected<Script, ExecutableError> parse_script(std::span<const std::byte> start)
{
    const Start held{start};
    const std::string_view text = held.text();
    if (!text.starts_with(kMark)) return bad_executable(ENOEXEC, "#! line", 0, "the file does not start with #!");
    std::string_view line;
    if (const auto whole = whole_line(text)) {
        line = *whole;
    } else {
        const auto cut = cut_line(text);
        if (!cut) return tl::unexpected{cut.error()};
        line = *cut;
    }
    line = line.substr(0, line.find_last_not_of(kBlanks) + 1);
    const auto path = line.find_first_not_of(kBlanks);
    if (path == line.npos) return bad_executable(ENOEXEC, "#! line", kMark.size(), "names no interpreter");

    line.remove_prefix(path);
    const auto path_end = std::min(line.find_first_of(kPathEnd), line.size());
    Script script{.interpreter = std::string{line.substr(0, path_end)}, .argument = {}};
    if (path_end == line.size() || line[path_end] == '\0') return script;
    line.remove_prefix(std::min(line.find_first_not_of(kBlanks, path_end), line.size()));
    script.argument = std::string{line.substr(0, line.find('\0'))};
    return script;
}

}  // namespace husk::program
