#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <utility>

namespace husk::cli {

/// The parser's help of a command that takes somebody else's words, which the parser does not know of.
class UsageFormatter : public CLI::Formatter {
public:
    /// `usage` goes behind "Usage: husk NAME ".
    explicit UsageFormatter(std::string usage) : usage_{std::move(usage)} {}

    std::string make_usage(const CLI::App* /*app*/, std::string name) const override
    {
        return "Usage: husk " + name + " " + usage_ + "\n";
    }

    /// The parser shows what a flag means without a value, which says less than that it may have one.
    std::string make_option_name(const CLI::Option* option, bool is_positional) const override
    {
        std::string name = CLI::Formatter::make_option_name(option, is_positional);
        const auto brace = name.find('{');
        if (brace == std::string::npos) return name;
        return name.substr(0, brace) + (name.substr(brace) == "{-}" ? "[=FILE]" : "");
    }

private:
    std::string usage_;
};

}  // namespace husk::cli
