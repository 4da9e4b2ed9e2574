#pragma once

#include "frozen/json.hpp"
#include "frozen/json_reader.hpp"

#include <husk/frozen.hpp>

#include <tl/expected.hpp>

#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace husk::frozen {

/// What a frozen machine or program is but for its memory: `State` has fields().
template <typename State>
struct Description {
    FrozenInfo info;
    std::vector<MemoryRegion> regions;
    State state;
    bool operator==(const Description&) const = default;
};

template <typename T>
inline constexpr bool kIsDescription = false;
template <typename State>
inline constexpr bool kIsDescription<Description<State>> = true;

template <typename T>
requires kIsDescription<std::remove_const_t<T>>
void fields(T& description, auto&& visit)
{
    visit("info", description.info), visit("memory", description.regions), visit("state", description.state);
}

/// As JSON: json.hpp.
template <typename State>
std::string to_metadata(const Description<State>& description)
{
    return to_json(description).dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// What of any kind of frozen thing its metadata says first.
tl::expected<JsonText, FrozenError> parse_metadata(std::string text);
tl::expected<FrozenInfo, FrozenError> info_of(JsonValue metadata);
tl::expected<FrozenInfo, FrozenError> info_of(std::string_view metadata);
/// Nothing, or that it is the other kind.
tl::expected<void, FrozenError> expect_kind(const FrozenInfo& info, FrozenKind wanted);

/// Every field must be there, but those that may be missing, and no other.
template <typename State>
tl::expected<Description<State>, FrozenError> from_metadata(std::string text, FrozenKind kind)
{
    const auto json = parse_metadata(std::move(text));
    if (!json) return tl::unexpected{json.error()};
    const auto info = info_of(json->root());
    if (!info) return tl::unexpected{info.error()};
    if (auto good = expect_kind(*info, kind); !good) return tl::unexpected{std::move(good.error())};
    Description<State> description;
    JsonReader reader;
    reader.read(json->root(), description, "");
    if (auto error = reader.error()) return tl::unexpected{*std::move(error)};
    return description;
}

}  // namespace husk::frozen
