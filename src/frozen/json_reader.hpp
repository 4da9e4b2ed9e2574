#pragma once

#include "frozen/json.hpp"

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

namespace husk::frozen {

/// Reads structures by their fields(), of JSON that may be anything, and remembers the first that is wrong, by its path. Every
/// field must be there, and no other.
class JsonReader {
public:
    template <Structure T>
    void read(const Json& json, T& value, const std::string& path)
    {
        if (!json.is_object()) return fail(path, "is no object");
        std::size_t known = 0;
        fields(value, [&](const char* name, auto& field) {
            const auto at = json.find(name);
            if (at == json.end()) return fail(inner(path, name), "is missing");
            ++known;
            read(*at, field, inner(path, name));
        });
        if (!error_ && known != json.size()) fail(path, "has a field that this husk does not know");
    }

    void read(const Json& json, bool& value, const std::string& path)
    {
        if (!json.is_boolean()) return fail(path, "is neither true nor false");
        value = json.get<bool>();
    }
    void read(const Json& json, std::string& value, const std::string& path)
    {
        if (!json.is_string()) return fail(path, "is no string");
        value = json.get_ref<const std::string&>();
    }
    void read(const Json& json, Engine& value, const std::string& path)
    {
        if (!read_name(json, value, {Engine::Kvm, Engine::Soft})) fail(path, "is no engine");
    }
    void read(const Json& json, FrozenKind& value, const std::string& path)
    {
        if (!read_name(json, value, {FrozenKind::Image, FrozenKind::Program})) fail(path, "is nothing that can be frozen");
    }
    template <std::unsigned_integral T>
    void read(const Json& json, T& value, const std::string& path)
    {
        const std::string_view text = text_of(json);
        if (!text.starts_with("0x")) return fail(path, "is no hexadecimal number");
        const char* const end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data() + 2, end, value, kBase);
        if (error != std::errc{} || stop != end) fail(path, fmt::format("is no number of {} bits", std::numeric_limits<T>::digits));
    }
    template <std::signed_integral T>
    void read(const Json& json, T& value, const std::string& path)
    {
        if (!json.is_number_integer()) return fail(path, "is no number");
        const bool large = json.is_number_unsigned() && json.get<std::uint64_t>() > std::uint64_t{INT64_MAX};
        const auto number = large ? 0 : json.get<std::int64_t>();
        if (large || !std::in_range<T>(number))
            return fail(path, fmt::format("is no number of {} bits", std::numeric_limits<T>::digits + 1));
        value = static_cast<T>(number);
    }
    void read(const Json& json, GuestPhys& value, const std::string& path) { read(json, value.value, path); }
    template <typename Bit>
    void read(const Json& json, Flags<Bit>& value, const std::string& path)
    {
        std::uint64_t word = 0;
        read(json, word, path);
        value = Flags<Bit>{word};
    }
    void read(const Json& json, std::vector<std::byte>& bytes, const std::string& path);
    template <typename T>
    void read(const Json& json, std::optional<T>& value, const std::string& path)
    {
        value.reset();
        if (!json.is_null()) read(json, value.emplace(), path);
    }
    template <typename T>
    void read(const Json& json, std::vector<T>& items, const std::string& path)
    {
        items.clear();
        if (!json.is_array()) return fail(path, "is no list");
        if (json.size() > kMostItems)
            return fail(path, fmt::format("has {} entries; at most {} are read", json.size(), kMostItems));
        for (std::size_t i = 0; i < json.size() && !error_; ++i)
            read(json[i], items.emplace_back(), fmt::format("{}[{}]", path, i));
    }

    void fail(const std::string& path, std::string problem)
    {
        if (!error_) error_ = FrozenError{path.empty() ? "metadata" : path, std::nullopt, std::move(problem)};
    }
    std::optional<FrozenError> error() { return std::move(error_); }

private:
    static constexpr std::size_t kMostItems = 65536;
    static constexpr int kBase = 16;

    static std::string_view text_of(const Json& json)
    {
        return json.is_string() ? std::string_view{json.get_ref<const std::string&>()} : std::string_view{};
    }
    static std::string inner(const std::string& path, const char* name)
    {
        return path.empty() ? std::string{name} : fmt::format("{}.{}", path, name);
    }
    template <typename T>
    static bool read_name(const Json& json, T& value, std::initializer_list<T> all)
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

inline void JsonReader::read(const Json& json, std::vector<std::byte>& bytes, const std::string& path)
{
    if (!json.is_string()) return fail(path, "is no string");
    const std::string& digits = json.get_ref<const std::string&>();
    if (digits.size() % 2 != 0) return fail(path, "is not made of whole bytes");
    bytes.clear();
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        std::uint8_t byte = 0;
        const char* const end = &digits[i] + 2;
        if (std::from_chars(&digits[i], end, byte, kBase).ptr != end)
            return fail(path, "has something else than hexadecimal digits");
        bytes.push_back(std::byte{byte});
    }
}

}  // namespace husk::frozen
