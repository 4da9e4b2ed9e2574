#include "differential/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string_view>

namespace husk::test {

namespace {

constexpr std::string_view kUsage =
    "usage: husk_differential_tests [--count N] [--seed S] [--mode MODE]... [--level interpreted|all]\n"
    "                               [--without FAMILY]... [--only-index I] [--most-reported N] [--no-shrink]\n"
    "MODE: real, protected16, protected, paged, pae, compat, long, user32, user\n";

[[noreturn]] void refuse(std::string_view what)
{
    throw std::invalid_argument{fmt::format("{}\n{}", what, kUsage)};
}

std::uint64_t number(std::string_view text)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) refuse(fmt::format("\"{}\" is no number", text));
    return value;
}

Setting setting(std::string_view text)
{
    const auto* found = std::ranges::find(kSettings, text, [](Setting each) { return name(each); });
    if (found == kSettings.end()) refuse(fmt::format("\"{}\" is no mode", text));
    return *found;
}

Level level(std::string_view text)
{
    if (text == "interpreted") return Level::Interpreted;
    if (text == "all") return Level::All;
    refuse(fmt::format("\"{}\" is no level", text));
}

}  // namespace

Options parse_options(std::span<const char* const> arguments)
{
    Options options;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view option{arguments[i]};
        if (option == "--no-shrink") {
            options.shrink = false;
            continue;
        }
        if (i + 1 == arguments.size()) refuse(fmt::format("\"{}\" is no option, or lacks its value", option));
        const std::string_view value{arguments[++i]};
        if (option == "--count") {
            options.count = number(value);
        } else if (option == "--seed") {
            options.seed = number(value);
        } else if (option == "--only-index") {
            options.only = number(value);
        } else if (option == "--most-reported") {
            options.most_reported = number(value);
        } else if (option == "--mode") {
            options.settings.push_back(setting(value));
        } else if (option == "--without") {
            options.without.emplace_back(value);
        } else if (option == "--level") {
            options.level = level(value);
        } else {
            refuse(fmt::format("\"{}\" is no option", option));
        }
    }
    return options;
}

}  // namespace husk::test
