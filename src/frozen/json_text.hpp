#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace husk::frozen {

class JsonText;

/// A piece of a JsonText, which it must not outlive.
class JsonValue {
public:
    enum class Kind : std::uint8_t { Null, False, True, Number, String, Array, Object };

    Kind kind() const { return node().kind; }
    bool is_object() const { return kind() == Kind::Object; }
    bool is_array() const { return kind() == Kind::Array; }
    bool is_string() const { return kind() == Kind::String; }
    bool is_boolean() const { return kind() == Kind::True || kind() == Kind::False; }
    bool is_null() const { return kind() == Kind::Null; }
    /// A string's characters, or a number as it is written; empty for anything else.
    std::string_view text() const;
    /// How many values an array or an object has.
    std::size_t size() const { return is_array() || is_object() ? node().size : 0; }
    /// Of what an object has: its name there.
    std::string_view name() const;

    /// The first of an array's or object's values, and the one behind this; nothing where there is none.
    std::optional<JsonValue> first() const;
    std::optional<JsonValue> next() const;
    /// The first of an object's values that has this name.
    std::optional<JsonValue> find(std::string_view name) const;

private:
    friend class JsonText;
    /// Small, for a page that is touched for the first time costs more than what is written to it.
    struct Node {
        Kind kind = Kind::Null;
        bool last = false;         ///< of what holds it
        std::uint32_t behind = 0;  ///< the node after this and all that it holds
        std::uint32_t size = 0;    ///< values that it holds, or characters
        std::uint32_t text = 0;    ///< where its characters begin
        std::uint32_t name = 0, name_size = 0;
    };
    JsonValue(const JsonText& all, std::uint32_t at) : all_{&all}, at_{at} {}
    const Node& node() const;

    const JsonText* all_;
    std::uint32_t at_;
};

/// JSON, read whole and checked (RFC 8259) by RapidJSON, and none of it copied: a thaw begins by reading some ten kilobytes
/// of it, and is to take no time. Numbers stay as they are written.
class JsonText {
public:
    /// Nothing: it is no JSON, or it is nested beyond kDeepest or has more values than kMostValues.
    static std::optional<JsonText> parse(std::string text);

    /// The first of an object's values, if it has this name and ends within kNear characters; what is behind it is not looked at.
    static std::optional<JsonText> parse_first(std::string_view text, std::string_view name);

    JsonValue root() const { return {*this, 0}; }

    static constexpr unsigned kDeepest = 64;
    static constexpr std::size_t kMostValues = 1u << 21;
    static constexpr std::size_t kNear = 4096;

private:
    friend class JsonValue;
    class Builder;
    explicit JsonText(std::string text) : text_{std::move(text)} {}
    bool read(std::optional<std::string_view> wanted);
    std::string_view characters(std::uint32_t at, std::uint32_t size) const { return std::string_view{text_}.substr(at, size); }

    std::string text_;  ///< where strings are, their escapes undone in place
    std::vector<JsonValue::Node> nodes_;
};

inline const JsonValue::Node& JsonValue::node() const
{
    return all_->nodes_[at_];
}

inline std::string_view JsonValue::name() const
{
    return all_->characters(node().name, node().name_size);
}

inline std::string_view JsonValue::text() const
{
    const bool has_text = is_string() || kind() == Kind::Number;
    return has_text ? all_->characters(node().text, node().size) : std::string_view{};
}

}  // namespace husk::frozen
