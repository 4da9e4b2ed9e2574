#pragma once

#include "frozen/fields.hpp"
#include "frozen/json_text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace husk::frozen {

/// Where in the metadata something is: made of what is around it, and put into words only if that is wrong.
class JsonPath {
public:
    // NOLINTNEXTLINE(google-explicit-constructor): a path begins as a name
    JsonPath(const char* name) : name_{name} {}
    JsonPath(const JsonPath& around, const char* name) : around_{&around}, name_{name} {}
    JsonPath(const JsonPath& around, std::size_t index) : around_{&around}, index_{index} {}
    JsonPath(const JsonPath&) = delete;
    JsonPath& operator=(const JsonPath&) = delete;

    /// "state.areas[3].begin"; empty for all of it.
    std::string text() const
    {
        if (name_ == nullptr) return fmt::format("{}[{}]", around_->text(), index_);
        const std::string around = around_ == nullptr ? std::string{} : around_->text();
        return around.empty() ? std::string{name_} : fmt::format("{}.{}", around, name_);
    }

private:
    const JsonPath* around_ = nullptr;
    const char* name_ = nullptr;
    std::size_t index_ = 0;
};

/// Reads structures by their fields(), of JSON that may be anything, and remembers the first that is wrong, by its path. Every
/// field must be there but those that may be missing, and no other.
class JsonReader {
public:
    template <Structure T>
    void read(JsonValue json, T& value, const JsonPath& path)
    {
        if (!json.is_object()) return fail(path, "is no object");
        std::size_t known = 0;
        auto likely = json.first();  // they come in the order in which they were written
        fields(value, [&](FieldName name, auto& field) {
            const auto at = likely && likely->name() == name.text ? likely : json.find(name.text);
            if (!at && name.may_be_missing) return;
            if (!at) return fail({path, name.text}, "is missing");
            ++known;
            likely = at->next();
            read(*at, field, {path, name.text});
        });
        if (!error_ && known != json.size()) fail(path, "has a field that this husk does not know");
    }

    void read(JsonValue json, bool& value, const JsonPath& path)
    {
        if (!json.is_boolean()) return fail(path, "is neither true nor false");
        value = json.kind() == JsonValue::Kind::True;
    }
    void read(JsonValue json, std::string& value, const JsonPath& path)
    {
        if (!json.is_string()) return fail(path, "is no string");
        value = json.text();
    }
    void read(JsonValue json, Engine& value, const JsonPath& path)
    {
        if (!read_name(json, value, {Engine::Kvm, Engine::Soft})) fail(path, "is no engine");
    }
    void read(JsonValue json, FrozenKind& value, const JsonPath& path)
    {
        if (!read_name(json, value, {FrozenKind::Image, FrozenKind::Program})) fail(path, "is nothing that can be frozen");
    }
    template <std::unsigned_integral T>
    void read(JsonValue json, T& value, const JsonPath& path)
    {
        const std::string_view text = text_of(json);
        if (!text.starts_with("0x")) return fail(path, "is no hexadecimal number");
        const char* const end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data() + 2, end, value, kBase);
        if (error != std::errc{} || stop != end) fail(path, fmt::format("is no number of {} bits", std::numeric_limits<T>::digits));
    }
    template <std::signed_integral T>
    void read(JsonValue json, T& value, const JsonPath& path)
    {
        const std::string_view text = json.text();
        if (json.kind() != JsonValue::Kind::Number || text.find_first_of(".eE") != std::string_view::npos)
            return fail(path, "is no number");
        if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc{})
            return fail(path, fmt::format("is no number of {} bits", std::numeric_limits<T>::digits + 1));
    }
    void read(JsonValue json, GuestPhys& value, const JsonPath& path) { read(json, value.value, path); }
    template <typename Bit>
    void read(JsonValue json, Flags<Bit>& value, const JsonPath& path)
    {
        std::uint64_t word = 0;
        read(json, word, path);
        value = Flags<Bit>{word};
    }
    void read(JsonValue json, std::vector<std::byte>& bytes, const JsonPath& path);
    template <typename T>
    void read(JsonValue json, std::optional<T>& value, const JsonPath& path)
    {
        value.reset();
        if (!json.is_null()) read(json, value.emplace(), path);
    }
    template <typename T>
    void read(JsonValue json, std::vector<T>& items, const JsonPath& path)
    {
        items.clear();
        if (!json.is_array()) return fail(path, "is no list");
        if (json.size() > kMostItems)
            return fail(path, fmt::format("has {} entries; at most {} are read", json.size(), kMostItems));
        items.reserve(json.size());
        for (auto each = json.first(); each && !error_; each = each->next()) {
            const std::size_t index = items.size();
            read(*each, items.emplace_back(), {path, index});
        }
    }

    void fail(const JsonPath& path, std::string problem)
    {
        if (error_) return;
        std::string where = path.text();
        error_ = FrozenError{where.empty() ? "metadata" : std::move(where), std::nullopt, std::move(problem)};
    }
    std::optional<FrozenError> error() { return std::move(error_); }

private:
    static constexpr std::size_t kMostItems = 65536;
    static constexpr int kBase = 16;

    static std::string_view text_of(JsonValue json) { return json.is_string() ? json.text() : std::string_view{}; }
    template <typename T>
    static bool read_name(JsonValue json, T& value, std::initializer_list<T> all)
    {
        for (const T each : all) {
            if (!json.is_string() || text_of(json) != name(each)) continue;
            value = each;
            return true;
        }
        return false;
    }

    std::optional<FrozenError> error_;
};

inline void JsonReader::read(JsonValue json, std::vector<std::byte>& bytes, const JsonPath& path)
{
    if (!json.is_string()) return fail(path, "is no string");
    const std::string_view digits = json.text();
    if (digits.size() % 2 != 0) return fail(path, "is not made of whole bytes");
    bytes.clear();
    bytes.reserve(digits.size() / 2);
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        std::uint8_t byte = 0;
        const char* const begin = digits.data() + i;
        if (std::from_chars(begin, begin + 2, byte, kBase).ptr != begin + 2)
            return fail(path, "has something else than hexadecimal digits");
        bytes.push_back(std::byte{byte});
    }
}

}  // namespace husk::frozen
