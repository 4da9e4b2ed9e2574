#include "frozen/json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace husk::frozen {

using Kind = JsonValue::Kind;

std::optional<JsonValue> JsonValue::first() const
{
    const bool holds = (is_array() || is_object()) && size() > 0;
    return holds ? std::optional{JsonValue{*all_, at_ + 1}} : std::nullopt;
}

std::optional<JsonValue> JsonValue::next() const
{
    return node().last ? std::nullopt : std::optional{JsonValue{*all_, node().behind}};
}

std::optional<JsonValue> JsonValue::find(std::string_view name) const
{
    if (!is_object()) return std::nullopt;
    for (auto each = first(); each; each = each->next())
        if (each->name() == name) return each;
    return std::nullopt;
}

/// RFC 8259, "JSON Grammar" (2) to "Strings" (7). Each function leaves the text behind what it has read, or returns false.
class JsonText::Parser {
public:
    Parser(JsonText& into, std::string_view text) : into_{into}, left_{text} {}

    bool document()
    {
        skip_space();
        if (!value({}, kDeepest)) return false;
        into_.nodes_.front().last = true;
        return left_.empty();
    }

    bool first_member(std::string_view wanted)
    {
        std::string_view name;
        skip_space();
        if (!take('{')) return false;
        skip_space();
        if (!string(name) || name != wanted) return false;
        skip_space();
        if (!take(':')) return false;
        skip_space();
        if (!value(name, kDeepest)) return false;
        into_.nodes_.front().last = true;
        return true;
    }

private:
    using Node = JsonValue::Node;

    bool value(std::string_view name, unsigned depth);
    bool members(std::uint32_t holder, char end, unsigned depth);
    bool word(Node node, std::string_view rest);
    bool number(Node node);
    bool string(std::string_view& into);
    bool escaped_string(std::string_view begun, std::string_view& into);
    bool escape(std::string& into);
    bool plain_character();
    std::optional<std::uint32_t> hex_word();

    void skip_space()
    {
        std::size_t count = 0;
        while (count < left_.size() && is_space(left_[count])) ++count;
        left_.remove_prefix(count);
    }
    static bool is_space(char character) { return character == ' ' || character == '\n' || character == '\t' || character == '\r'; }
    bool take(char character)
    {
        if (!left_.starts_with(character)) return false;
        left_.remove_prefix(1);
        return true;
    }
    std::size_t digits()
    {
        const std::size_t count = std::min(left_.find_first_not_of("0123456789"), left_.size());
        left_.remove_prefix(count);
        return count;
    }
    void add(Node node)
    {
        node.behind = static_cast<std::uint32_t>(into_.nodes_.size()) + 1;
        into_.nodes_.push_back(node);
    }

    JsonText& into_;
    std::string_view left_;
};

/// And the space behind it. `depth`: so many levels may still be begun.
bool JsonText::Parser::value(std::string_view name, unsigned depth)
{
    if (left_.empty() || into_.nodes_.size() >= kMostValues) return false;
    Node node{.name = name};
    bool good = false;
    switch (left_.front()) {
        case '{':
        case '[': {
            const bool object = left_.front() == '{';
            node.kind = object ? Kind::Object : Kind::Array;
            left_.remove_prefix(1);
            const auto holder = static_cast<std::uint32_t>(into_.nodes_.size());
            add(node);
            good = depth > 0 && members(holder, object ? '}' : ']', depth - 1);
            break;
        }
        case '"':
            node.kind = Kind::String;
            good = string(node.text);
            add(node);
            break;
        case 't': node.kind = Kind::True, good = word(node, "true"); break;
        case 'f': node.kind = Kind::False, good = word(node, "false"); break;
        case 'n': node.kind = Kind::Null, good = word(node, "null"); break;
        default: good = number(node);
    }
    skip_space();
    return good;
}

bool JsonText::Parser::members(std::uint32_t holder, char end, unsigned depth)
{
    const bool named = into_.nodes_[holder].kind == Kind::Object;
    std::uint32_t size = 0, last = holder;
    skip_space();
    if (!take(end)) {
        do {
            skip_space();
            std::string_view name;
            if (named) {
                if (!string(name)) return false;
                skip_space();
                if (!take(':')) return false;
                skip_space();
            }
            last = static_cast<std::uint32_t>(into_.nodes_.size());
            if (!value(name, depth)) return false;
            ++size;
        } while (take(','));
        if (!take(end)) return false;
        into_.nodes_[last].last = true;
    }
    into_.nodes_[holder].size = size;
    into_.nodes_[holder].behind = static_cast<std::uint32_t>(into_.nodes_.size());
    return true;
}

bool JsonText::Parser::word(Node node, std::string_view rest)
{
    if (!left_.starts_with(rest)) return false;
    left_.remove_prefix(rest.size());
    add(node);
    return true;
}

bool JsonText::Parser::number(Node node)
{
    const char* const begin = left_.data();
    take('-');
    const bool zero = left_.starts_with('0');
    const std::size_t whole = digits();
    if (whole == 0 || (zero && whole > 1)) return false;
    if (take('.') && digits() == 0) return false;
    if (take('e') || take('E')) {
        if (!take('-')) take('+');
        if (digits() == 0) return false;
    }
    node.kind = Kind::Number;
    node.text = {begin, static_cast<std::size_t>(left_.data() - begin)};
    add(node);
    return true;
}

bool JsonText::Parser::string(std::string_view& into)
{
    if (!take('"')) return false;
    const std::string_view begun = left_;
    while (!left_.empty()) {
        if (left_.front() == '"') {
            into = begun.substr(0, begun.size() - left_.size());
            left_.remove_prefix(1);
            return true;
        }
        if (left_.front() == '\\') return escaped_string(begun.substr(0, begun.size() - left_.size()), into);
        if (!plain_character()) return false;
    }
    return false;
}

/// A string of which `begun` has been read, up to its first escape.
bool JsonText::Parser::escaped_string(std::string_view begun, std::string_view& into)
{
    std::string& whole = into_.unescaped_.emplace_back(begun);
    while (!left_.empty()) {
        if (take('"')) {
            into = whole;
            return true;
        }
        if (take('\\')) {
            if (!escape(whole)) return false;
            continue;
        }
        const std::string_view before = left_;
        if (!plain_character()) return false;
        whole += before.substr(0, before.size() - left_.size());
    }
    return false;
}

namespace {

/// The lowest code point that takes as many bytes of UTF-8 as its index says, and what marks the first of them. RFC 3629,
/// "UTF-8 definition" (3).
constexpr std::array<std::uint32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
constexpr std::array<std::uint8_t, 5> kFirstByte{0, 0, 0xC0, 0xE0, 0xF0};
constexpr std::uint32_t kMostCodePoint = 0x10FFFF, kHighSurrogates = 0xD800, kLowSurrogates = 0xDC00, kBehindSurrogates = 0xE000;
constexpr unsigned kBitsOfNext = 6;
constexpr std::uint8_t kNextByte = 0x80, kOfNext = 0x3F, kMarkOfNext = 0xC0;

bool is_surrogate(std::uint32_t code)
{
    return code >= kHighSurrogates && code < kBehindSurrogates;
}

void append_utf8(std::string& text, std::uint32_t code)
{
    std::size_t size = 1;
    while (size + 1 < kLeast.size() && code >= kLeast[size + 1]) ++size;
    text += static_cast<char>(kFirstByte[size] | code >> kBitsOfNext * (size - 1));
    for (std::size_t left = size - 1; left > 0; --left)
        text += static_cast<char>(kNextByte | (code >> kBitsOfNext * (left - 1) & kOfNext));
}

/// How many bytes the character that `text` begins with takes; 0 if they are no UTF-8.
std::size_t utf8_size(std::string_view text)
{
    const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
    if (byte(0) < kNextByte) return 1;
    std::size_t size = 2;
    while (size + 1 < kFirstByte.size() && byte(0) >= kFirstByte[size + 1]) ++size;
    if (byte(0) < kFirstByte[2] || text.size() < size) return 0;
    std::uint32_t code = byte(0) - kFirstByte[size];
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & kMarkOfNext) != kNextByte) return 0;
        code = code << kBitsOfNext | (byte(i) & kOfNext);
    }
    return code < kLeast[size] || code > kMostCodePoint || is_surrogate(code) ? 0 : size;
}

}  // namespace

/// One that needs no escape.
bool JsonText::Parser::plain_character()
{
    if (static_cast<std::uint8_t>(left_.front()) < ' ') return false;
    const std::size_t size = utf8_size(left_);
    left_.remove_prefix(size);
    return size > 0;
}

bool JsonText::Parser::escape(std::string& into)
{
    constexpr std::string_view kLetters = "\"\\/bfnrt", kMeant = "\"\\/\b\f\n\r\t";
    if (left_.empty()) return false;
    const char letter = left_.front();
    left_.remove_prefix(1);
    if (const auto at = kLetters.find(letter); at != std::string_view::npos) {
        into += kMeant[at];
        return true;
    }
    if (letter != 'u') return false;
    auto code = hex_word();
    if (!code || (is_surrogate(*code) && *code >= kLowSurrogates)) return false;
    if (is_surrogate(*code)) {
        constexpr unsigned kBitsOfLow = 10;
        const auto low = take('\\') && take('u') ? hex_word() : std::nullopt;
        if (!low || *low < kLowSurrogates || *low >= kBehindSurrogates) return false;
        code = kLeast[4] + ((*code - kHighSurrogates) << kBitsOfLow) + (*low - kLowSurrogates);
    }
    append_utf8(into, *code);
    return true;
}

std::optional<std::uint32_t> JsonText::Parser::hex_word()
{
    constexpr std::size_t kDigits = 4;
    constexpr int kBase = 16;
    if (left_.size() < kDigits) return std::nullopt;
    std::uint32_t word = 0;
    const char* const end = left_.data() + kDigits;
    const auto [stop, error] = std::from_chars(left_.data(), end, word, kBase);
    if (error != std::errc{} || stop != end) return std::nullopt;
    left_.remove_prefix(kDigits);
    return word;
}

std::optional<JsonText> JsonText::parse(std::string_view text)
{
    constexpr std::size_t kUsual = 12;  // characters a value, as metadata has them, or less
    JsonText parsed;
    parsed.nodes_.reserve(text.size() / kUsual);
    if (!Parser{parsed, text}.document()) return std::nullopt;
    return parsed;
}

std::optional<JsonText> JsonText::parse_first(std::string_view text, std::string_view name)
{
    JsonText parsed;
    if (!Parser{parsed, text}.first_member(name)) return std::nullopt;
    return parsed;
}

}  // namespace husk::frozen
