#include "cli/grants_file.hpp"

#include "base/unique_fd.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace husk::cli {

namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr std::size_t kChunk = 4096;                    // bytes read at once
constexpr std::size_t kLargest = std::size_t{1} << 20;  // bytes of a file

[[noreturn]] void refuse_file(std::string_view name, std::string_view why)
{
    throw UsageError{fmt::format("{}: {}", name, why)};
}

/// Words of one line. Throws UsageError without a place.
class Line {
public:
    explicit Line(std::string_view text) : text_{text} {}

    /// Nothing at the end of the line, or at a comment.
    std::optional<std::string> next()
    {
        at_ = std::min(text_.find_first_not_of(kBlanks, at_), text_.size());
        if (at_ == text_.size() || text_[at_] == '#') return std::nullopt;
        std::string word;
        while (at_ < text_.size() && kBlanks.find(text_[at_]) == std::string_view::npos) {
            const char character = text_[at_++];
            if (character == '\'' || character == '"')
                word += quoted(character);
            else
                word += character;
        }
        return word;
    }

private:
    std::string quoted(char quote)
    {
        std::string part;
        while (at_ < text_.size()) {
            char character = text_[at_++];
            if (character == quote) return part;
            if (quote == '"' && character == '\\' && at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\\'))
                character = text_[at_++];
            part += character;
        }
        throw UsageError{fmt::format("a quote ({}) that is not closed", quote)};
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

std::string only_word(Line& line, std::string_view what, std::string_view expected)
{
    auto word = line.next();
    if (!word || word->empty()) throw UsageError{fmt::format("'{}' needs a {}", what, expected)};
    if (const auto more = line.next())
        throw UsageError{fmt::format("'{}' takes one {}, and '{}' is another word: quote what has blanks", what, expected, *more)};
    return std::move(*word);
}

void take(GrantWords& grants, std::string_view text)
{
    if (text.find('\0') != std::string_view::npos) throw UsageError{"a byte that is 0: this is no text"};
    Line line{text};
    const auto what = line.next();
    if (!what) return;
    if (*what == "ro" || *what == "rw") {
        grants.paths.push_back({only_word(line, *what, "path"), *what == "rw"});
    } else if (*what == "cwd") {
        if (grants.directory) throw UsageError{"a second 'cwd'"};
        grants.directory = only_word(line, *what, "folder");
    } else if (*what == "env") {
        grants.environment.push_back(only_word(line, *what, "NAME or NAME=VALUE"));
    } else if (*what == "tmp") {
        if (const auto more = line.next()) throw UsageError{fmt::format("'tmp' stands alone, not before '{}'", *more)};
        grants.private_tmp = true;
    } else {
        throw UsageError{fmt::format("'{}' is not ro, rw, tmp, cwd or env", *what)};
    }
}

}  // namespace

GrantWords parse_grants(std::string_view text, std::string_view name)
{
    GrantWords grants;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        try {
            take(grants, text.substr(0, end));
        } catch (const UsageError& error) {
            throw UsageError{fmt::format("{}:{}: {}", name, number, error.message)};
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return grants;
}

GrantWords read_grants(const std::string& path, std::string_view name)
{
    const UniqueFd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)};
    if (!file) refuse_file(name, std::generic_category().message(errno));
    std::string text;
    std::array<char, kChunk> chunk{};
    while (true) {
        const auto got = ::read(file.get(), chunk.data(), chunk.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) refuse_file(name, std::generic_category().message(errno));
        if (got == 0) return parse_grants(text, name);
        text.append(chunk.data(), static_cast<std::size_t>(got));
        if (text.size() > kLargest) refuse_file(name, fmt::format("more than {} bytes, which is no list of grants", kLargest));
    }
}

}  // namespace husk::cli
