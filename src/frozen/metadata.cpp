#include "frozen/metadata.hpp"

namespace husk::frozen {

tl::expected<JsonText, FrozenError> parse_metadata(std::string_view text)
{
    auto json = JsonText::parse(text);
    if (!json) return tl::unexpected{FrozenError{"metadata", std::nullopt, "is no JSON"}};
    if (!json->root().is_object()) return tl::unexpected{FrozenError{"metadata", std::nullopt, "is no object"}};
    return *std::move(json);
}

tl::expected<FrozenInfo, FrozenError> info_of(JsonValue metadata)
{
    FrozenInfo info;
    JsonReader reader;
    if (const auto at = metadata.find("info"))
        reader.read(*at, info, "info");
    else
        reader.fail("info", "is missing");
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
