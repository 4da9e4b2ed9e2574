#include "frozen/metadata.hpp"

namespace husk::frozen {

tl::expected<JsonText, FrozenError> parse_metadata(std::string_view text)
{
    auto json = JsonText::parse(text);
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
    return parse_metadata(metadata).and_then([](const JsonText& json) { return info_of(json.root()); });
}

tl::expected<void, FrozenError> expect_kind(const FrozenInfo& info, FrozenKind wanted)
{
    if (info.kind == wanted) return {};
    return tl::unexpected{
        FrozenError{"info.kind", std::nullopt, fmt::format("it is a frozen {}, not a frozen {}", name(info.kind), name(wanted))}};
}

}  // namespace husk::frozen
