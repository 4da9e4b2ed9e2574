#include "program/trace/structures.hpp"

#include <fmt/format.h>

#include <array>

#include "program/trace/text.hpp"

namespace husk::program {
namespace {

template <typename T>
Text number(const Look& look, std::uint64_t at)
{
    const auto value = read_as<T>(look.read, at);
    if (!value) return std::nullopt;
    return fmt::format("[{}]", *value);
}

}  // namespace

Text format_plain(const Look& look, const Target& target)
{
    switch (target.shape) {
        case Shape::Int: return number<int>(look, target.at);
        case Shape::Unsigned: return number<unsigned>(look, target.at);
        case Shape::Long: return number<std::int64_t>(look, target.at);
        case Shape::IntPair: {
            const auto pair = read_as<std::array<int, 2>>(look.read, target.at);
            if (!pair) return std::nullopt;
            return fmt::format("[{}, {}]", (*pair)[0], (*pair)[1]);
        }
        case Shape::Pointer: {
            const auto value = read_as<std::uint64_t>(look.read, target.at);
            if (!value) return std::nullopt;
            return "[" + address(*value) + "]";
        }
        default: return std::nullopt;
    }
}

Text format_structure(const Look& look, const Target& target)
{
    for (const auto format : {format_plain, format_of_files, format_of_waits, format_of_time, format_of_signals,
                              format_of_processes, format_of_network})
        if (Text text = format(look, target)) return text;
    return std::nullopt;
}

}  // namespace husk::program
