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
    if (names.size() > kMostFeatures)
        return reader.fail("info.cpu_features", fmt::format("has {} entries; at most {} are read", names.size(), kMostFeatures));
    for (std::size_t i = 0; i < names.size(); ++i)
        if (!is_name(names[i]))
            return reader.fail(fmt::format("info.cpu_features[{}]", i),
                               fmt::format("is no name of a feature: 1 to {} printable characters of ASCII", kLongestName));
}

}  // namespace

tl::expected<Json, FrozenError> parse_metadata(std::string_view text)
{
    Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) return tl::unexpected{FrozenError{"metadata", std::nullopt, "is no JSON"}};
    if (!json.is_object()) return tl::unexpected{FrozenError{"metadata", std::nullopt, "is no object"}};
    return json;
}

tl::expected<FrozenInfo, FrozenError> info_of(const Json& metadata)
{
    FrozenInfo info;
    JsonReader reader;
    if (const auto at = metadata.find("info"); at != metadata.end())
        reader.read(*at, info, "info");
    else
        reader.fail("info", "is missing");
    check_features(info.cpu_features, reader);
    if (auto error = reader.error()) return tl::unexpected{*std::move(error)};
    return info;
}

tl::expected<void, FrozenError> expect_kind(const FrozenInfo& info, FrozenKind wanted)
{
    if (info.kind == wanted) return {};
    return tl::unexpected{
        FrozenError{"info.kind", std::nullopt, fmt::format("it is a frozen {}, not a frozen {}", name(info.kind), name(wanted))}};
}

}  // namespace husk::frozen
