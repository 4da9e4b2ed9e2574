#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace husk::frozen {

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
    std::string_view text() const { return node().text; }
    /// How many values an array or an object has.
    std::size_t size() const { return node().size; }
    /// Of what an object has: its name there.
    std::string_view name() const { return node().name; }

    /// The first of an array's or object's values, and the one behind this; nothing where there is none.
    std::optional<JsonValue> first() const;
    std::optional<JsonValue> next() const;
    /// The first of an object's values that has this name.
    std::optional<JsonValue> find(std::string_view name) const;

private:
    friend class JsonText;
    struct Node {
        Kind kind = Kind::Null;
        bool last = false;  ///< of what holds it
        std::uint32_t size = 0;
        std::uint32_t behind = 0;  ///< the node after this and all that it holds
        std::string_view name{}, text{};
    };
    JsonValue(const std::vector<Node>& all, std::uint32_t at) : all_{&all}, at_{at} {}
    const Node& node() const { return (*all_)[at_]; }

    const std::vector<Node>* all_;
    std::uint32_t at_;
};

/// JSON, read whole and checked (RFC 8259), and nothing of it copied but strings that have escapes: a thaw begins by reading some
/// ten kilobytes of it, and is to take no time.
class JsonText {
public:
    /// `text` must outlive it. Nothing: it is no JSON, or it is nested beyond kDeepest or has more values than kMostValues.
    static std::optional<JsonText> parse(std::string_view text);

    /// The first of an object's values, if it has this name; what is behind it is not looked at.
    static std::optional<JsonText> parse_first(std::string_view text, std::string_view name);

    JsonValue root() const { return {nodes_, 0}; }

    static constexpr unsigned kDeepest = 64;
    static constexpr std::size_t kMostValues = 1u << 21;

private:
    class Parser;
    std::vector<JsonValue::Node> nodes_;
    std::deque<std::string> unescaped_;  ///< where strings that had escapes are
};

}  // namespace husk::frozen
