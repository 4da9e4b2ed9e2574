#include "frozen/metadata.hpp"

#include "frozen/fields.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <charconv>
#include <limits>

namespace husk::frozen {

void fields(Either<Description> auto& description, auto&& visit)
{
    visit("info", description.info), visit("memory", description.regions), visit("state", description.state);
}

namespace {

using Json = nlohmann::ordered_json;

constexpr int kBase = 16;

template <typename T>
concept Structure = requires(T& value)
{
    fields(value, [](const char*, auto&) {});
};

// --- writing ---

Json to_json(bool value)
{
    return value;
}
Json to_json(const std::string& value)
{
    return value;
}
Json to_json(Engine value)
{
    return std::string{name(value)};
}
Json to_json(std::unsigned_integral auto value)
{
    return fmt::format("{:#x}", value);
}
Json to_json(GuestPhys value)
{
    return to_json(value.value);
}
template <typename Bit>
Json to_json(Flags<Bit> value)
{
    return to_json(value.word());
}

Json to_json(const std::vector<std::byte>& bytes)
{
    std::string digits;
    digits.reserve(bytes.size() * 2);
    for (const std::byte byte : bytes) fmt::format_to(std::back_inserter(digits), "{:02x}", std::to_integer<unsigned>(byte));
    return digits;
}

template <Structure T>
Json to_json(const T& value);

template <typename T>
Json to_json(const std::optional<T>& value)
{
    return value ? to_json(*value) : Json{};
}

Json to_json(const std::vector<MemoryRegion>& regions)
{
    Json all = Json::array();
    for (const auto& region : regions) all.push_back(to_json(region));
    return all;
}

template <Structure T>
Json to_json(const T& value)
{
    Json object = Json::object();
    fields(value, [&](const char* name, const auto& field) { object[name] = to_json(field); });
    return object;
}

// --- reading ---

/// Reads fields and remembers the first that is wrong, by its path.
class Reader {
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
        for (const Engine engine : {Engine::Kvm, Engine::Soft})
            if (json.is_string() && json.get_ref<const std::string&>() == name(engine)) {
                value = engine;
                return;
            }
        fail(path, "is no engine");
    }
    template <std::unsigned_integral T>
    void read(const Json& json, T& value, const std::string& path)
    {
        const std::string_view text = json.is_string() ? std::string_view{json.get_ref<const std::string&>()} : std::string_view{};
        if (!text.starts_with("0x")) return fail(path, "is no hexadecimal number");
        const char* const end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data() + 2, end, value, kBase);
        if (error != std::errc{} || stop != end) fail(path, fmt::format("is no number of {} bits", std::numeric_limits<T>::digits));
    }
    void read(const Json& json, GuestPhys& value, const std::string& path) { read(json, value.value, path); }
    template <typename Bit>
    void read(const Json& json, Flags<Bit>& value, const std::string& path)
    {
        std::uint64_t word = 0;
        read(json, word, path);
        value = Flags<Bit>{word};
    }
    void read(const Json& json, std::vector<std::byte>& bytes, const std::string& path)
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
    template <typename T>
    void read(const Json& json, std::optional<T>& value, const std::string& path)
    {
        value.reset();
        if (!json.is_null()) read(json, value.emplace(), path);
    }
    void read(const Json& json, std::vector<MemoryRegion>& regions, const std::string& path)
    {
        if (!json.is_array()) return fail(path, "is no list");
        if (json.empty() || json.size() > kMostRegions) return fail(path, fmt::format("has {} regions", json.size()));
        for (std::size_t i = 0; i < json.size(); ++i) read(json[i], regions.emplace_back(), fmt::format("{}[{}]", path, i));
    }

    void fail(const std::string& path, std::string problem)
    {
        if (!error_) error_ = FrozenError{path.empty() ? "metadata" : path, std::nullopt, std::move(problem)};
    }
    std::optional<FrozenError> error() { return std::move(error_); }

private:
    static constexpr std::size_t kMostRegions = 4096;

    static std::string inner(const std::string& path, const char* name)
    {
        return path.empty() ? std::string{name} : fmt::format("{}.{}", path, name);
    }

    std::optional<FrozenError> error_;
};

}  // namespace

std::string to_metadata(const Description& description)
{
    return to_json(description).dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

tl::expected<Description, FrozenError> from_metadata(std::string_view text)
{
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) return tl::unexpected{FrozenError{"metadata", std::nullopt, "is no JSON"}};
    Description description;
    Reader reader;
    reader.read(json, description, "");
    if (auto error = reader.error()) return tl::unexpected{*std::move(error)};
    return description;
}

}  // namespace husk::frozen
