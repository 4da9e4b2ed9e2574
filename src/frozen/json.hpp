#pragma once

#include "frozen/fields.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <concepts>
#include <iterator>
#include <string>
#include <type_traits>
#include <vector>

/// Structures as JSON, by their fields(): to_json() writes, JsonReader (json_reader.hpp) reads. Unsigned numbers are strings of
/// hexadecimal digits, for those of 64 bits do not survive every reader of JSON.
namespace husk::frozen {

using Json = nlohmann::ordered_json;

inline Json to_json(bool value)
{
    return value;
}
inline Json to_json(const std::string& value)
{
    return value;
}
inline Json to_json(Engine value)
{
    return std::string{name(value)};
}
inline Json to_json(FrozenKind value)
{
    return std::string{name(value)};
}
Json to_json(std::unsigned_integral auto value)
{
    return fmt::format("{:#x}", value);
}
Json to_json(std::signed_integral auto value)
{
    return value;
}
inline Json to_json(GuestPhys value)
{
    return to_json(value.value);
}
template <typename Bit>
Json to_json(Flags<Bit> value)
{
    return to_json(value.word());
}

inline Json to_json(const std::vector<std::byte>& bytes)
{
    std::string digits;
    digits.reserve(bytes.size() * 2);
    for (const std::byte byte : bytes) fmt::format_to(std::back_inserter(digits), "{:02x}", std::to_integer<unsigned>(byte));
    return digits;
}

template <Structure T>
Json to_json(const T& value);
template <typename T>
Json to_json(const std::vector<T>& items);

template <typename T>
Json to_json(const std::optional<T>& value)
{
    return value ? to_json(*value) : Json{};
}

template <typename T>
Json to_json(const std::vector<T>& items)
{
    Json all = Json::array();
    for (const auto& item : items) all.push_back(to_json(item));
    return all;
}

template <Structure T>
Json to_json(const T& value)
{
    Json object = Json::object();
    fields(value, [&](FieldName name, const auto& field) {
        if (!name.may_be_missing || field != std::remove_cvref_t<decltype(field)>{}) object[name.text] = to_json(field);
    });
    return object;
}

}  // namespace husk::frozen
