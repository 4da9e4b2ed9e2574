#include "frozen/json_text.hpp"

#include <rapidjson/reader.h>

#include <utility>

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

namespace {

/// Half of a pair of UTF-16, as an escape may have one: no character. RapidJSON 1.1 writes it as if it were (U+DC00 and above).
bool has_lone_surrogate(std::string_view text)
{
    constexpr char kFirst = '\xED';  // of the three bytes that U+D000 to U+DFFF take
    constexpr std::uint8_t kFirstOfSurrogates = 0xA0;
    for (auto at = text.find(kFirst); at != std::string_view::npos; at = text.find(kFirst, at + 1))
        if (static_cast<std::uint8_t>(text[at + 1]) >= kFirstOfSurrogates) return true;
    return false;
}

}  // namespace

/// What RapidJSON's reader tells, as nodes. Each function is one of its handler's: false ends the reading.
class JsonText::Builder {
public:
    /// With `wanted`, only the first of the outermost object's values is kept, and only if it has that name.
    Builder(JsonText& into, std::optional<std::string_view> wanted) : into_{into}, nodes_{into.nodes_}, wanted_{wanted} {}

    /// Whether what was wanted is there whole.
    bool whole() const { return whole_; }

    // NOLINTBEGIN(readability-identifier-naming): RapidJSON calls them so
    bool Null() { return add({.kind = Kind::Null}); }
    bool Bool(bool value) { return add({.kind = value ? Kind::True : Kind::False}); }
    bool RawNumber(const char* text, rapidjson::SizeType size, bool) { return add(of_characters(Kind::Number, text, size)); }
    bool String(const char* text, rapidjson::SizeType size, bool)
    {
        return !has_lone_surrogate({text, size}) && add(of_characters(Kind::String, text, size));
    }
    bool StartObject() { return begin(Kind::Object); }
    bool Key(const char* text, rapidjson::SizeType size, bool)
    {
        const std::string_view name{text, size};
        name_ = place_of(text);
        name_size_ = size;
        return !has_lone_surrogate(name) && (!wanted_ || !holders_.empty() || name == *wanted_);
    }
    bool EndObject(rapidjson::SizeType size) { return end(size); }
    bool StartArray() { return begin(Kind::Array); }
    bool EndArray(rapidjson::SizeType size) { return end(size); }
    // Never called, for numbers stay text.
    bool Int(int) { return false; }
    bool Uint(unsigned) { return false; }
    bool Int64(std::int64_t) { return false; }
    bool Uint64(std::uint64_t) { return false; }
    bool Double(double) { return false; }
    // NOLINTEND(readability-identifier-naming)

private:
    struct Holder {
        std::uint32_t at;    ///< its node
        std::uint32_t last;  ///< the node of the last that it holds so far
    };

    std::uint32_t place_of(const char* text) const { return static_cast<std::uint32_t>(text - into_.text_.data()); }
    JsonValue::Node of_characters(Kind kind, const char* text, std::uint32_t size) const
    {
        return {.kind = kind, .size = size, .text = place_of(text)};
    }
    std::uint32_t count() const { return static_cast<std::uint32_t>(nodes_.size()); }

    /// A value that begins at this node is the last so far of what holds it.
    bool place(JsonValue::Node node)
    {
        if (count() >= kMostValues || (wanted_ && !inside_)) return false;
        node.name = name_;
        node.name_size = std::exchange(name_size_, 0);
        node.behind = count() + 1;
        if (!holders_.empty()) holders_.back().last = count();
        nodes_.push_back(node);
        return true;
    }

    /// True where reading goes on.
    bool ended()
    {
        if (!holders_.empty()) return true;
        nodes_.front().last = true;
        whole_ = true;
        return !wanted_;
    }

    bool add(JsonValue::Node node) { return place(node) && ended(); }

    bool begin(Kind kind)
    {
        if (wanted_ && !inside_) return inside_ = kind == Kind::Object;
        if (holders_.size() >= kDeepest || !place({.kind = kind})) return false;
        holders_.push_back({count() - 1, count() - 1});
        return true;
    }

    bool end(rapidjson::SizeType size)
    {
        if (holders_.empty()) return false;  // the outermost, of which nothing was wanted
        const Holder holder = holders_.back();
        holders_.pop_back();
        if (size > 0) nodes_[holder.last].last = true;
        nodes_[holder.at].size = size;
        nodes_[holder.at].behind = count();
        return ended();
    }

    JsonText& into_;
    std::vector<JsonValue::Node>& nodes_;
    std::optional<std::string_view> wanted_;
    std::vector<Holder> holders_;
    std::uint32_t name_ = 0, name_size_ = 0;  ///< of the value that comes next
    bool inside_ = false;                     ///< the outermost object, where something of it is wanted
    bool whole_ = false;
};

bool JsonText::read(std::optional<std::string_view> wanted)
{
    constexpr unsigned kHow =
        rapidjson::kParseInsituFlag | rapidjson::kParseValidateEncodingFlag | rapidjson::kParseNumbersAsStringsFlag;
    Builder builder{*this, wanted};
    rapidjson::InsituStringStream stream{text_.data()};
    // A zero within the text ends it for RapidJSON.
    const bool to_the_end = !rapidjson::Reader{}.Parse<kHow>(stream, builder).IsError() && stream.Tell() == text_.size();
    return builder.whole() && (to_the_end || wanted);
}

std::optional<JsonText> JsonText::parse(std::string text)
{
    constexpr std::size_t kUsual = 24;  // characters a value, as metadata has them, or less
    JsonText parsed{std::move(text)};
    parsed.nodes_.reserve(parsed.text_.size() / kUsual);
    return parsed.read(std::nullopt) ? std::optional{std::move(parsed)} : std::nullopt;
}

std::optional<JsonText> JsonText::parse_first(std::string_view text, std::string_view name)
{
    JsonText parsed{std::string{text.substr(0, kNear)}};
    return parsed.read(name) ? std::optional{std::move(parsed)} : std::nullopt;
}

}  // namespace husk::frozen
