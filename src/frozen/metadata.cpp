#include "frozen/metadata.hpp"

#include <algorithm>

namespace husk::frozen {

namespace {

/// Of a feature's name: the longest that there are have 40.
constexpr std::size_t kLongestName = 64;
/// More than CPUID has bits for.
constexpr std::size_t kMostFeatures = 1024;

bool is_name(const std::string& text)
{
    constexpr auto kPrintable = [](char c) { return c >= ' ' && c <= '~'; };
    return !text.empty() && text.size() <= kLongestName && std::ranges::all_of(text, kPrintable);
}

void check_features(const std::vector<std::string>& names, JsonReader& reader)
{
    const JsonPath info{"info"};
    const JsonPath list{info, "cpu_features"};
    if (names.size() > kMostFeatures)
        return reader.fail(list, fmt::format("has {} entries; at most {} are read", names.size(), kMostFeatures));
    for (std::size_t i = 0; i < names.size(); ++i)
        if (!is_name(names[i]))
            return reader.fail({list, i},
                               fmt::format("is no name of a feature: 1 to {} printable characters of ASCII", kLongestName));
}

}  // namespace

tl::expected<JsonText, FrozenError> parse_metadata(std::string text)
{
    auto json = JsonText::parse(std::move(text));
    if (!json) return tl::unexpected{FrozenError{"metadata", std::nullopt, "is no JSON"}};
    if (!json->root().is_object()) return tl::unexpected{FrozenError{"metadata", std::nullopt, "is no object"}};
    return *std::move(json);
}

namespace {

constexpr const char* kInfo = "info";

tl::expected<FrozenInfo, FrozenError> read_info(std::optional<JsonValue> json)
{
    FrozenInfo info;
    JsonReader reader;
    if (json)
        reader.read(*json, info, kInfo);
    else
        reader.fail(kInfo, "is missing");
    check_features(info.cpu_features, reader);
    if (auto error = reader.error()) return tl::unexpected{*std::move(error)};
    return info;
}

}  // namespace

tl::expected<FrozenInfo, FrozenError> info_of(JsonValue metadata)
{
    return read_info(metadata.find(kInfo));
}

tl::expected<FrozenInfo, FrozenError> info_of(std::string_view metadata)
{
    // Where save() puts it: the rest is read by whoever needs it.
    if (const auto first = JsonText::parse_first(metadata, kInfo)) return read_info(first->root());
    return parse_metadata(std::string{metadata}).and_then([](const JsonText& json) { return info_of(json.root()); });
}

tl::expected<void, FrozenError> expect_kind(const FrozenInfo& info, FrozenKind wanted)
{
    if (info.kind == wanted) return {};
    return tl::unexpected{
        FrozenError{"info.kind", std::nullopt, fmt::format("it is a frozen {}, not a frozen {}", name(info.kind), name(wanted))}};
}

}  // namespace husk::frozen
