#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace husk::debug {

/// Emphasis of text: for a terminal by its escape sequences (ECMA-48, "Select Graphic Rendition"), else none.
struct Paint {
    bool colour = false;

    std::string heading(std::string_view text) const { return wrap("1;36", text); }
    std::string name(std::string_view text) const { return wrap("1", text); }
    std::string weak(std::string_view text) const { return wrap("2", text); }
    std::string wrong(std::string_view text) const { return wrap("31", text); }

private:
    std::string wrap(std::string_view code, std::string_view text) const
    {
        return colour ? fmt::format("\033[{}m{}\033[0m", code, text) : std::string{text};
    }
};

}  // namespace husk::debug
