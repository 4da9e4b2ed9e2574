#pragma once

#include <string_view>

/// What `husk doctor --explain` teaches.
namespace husk::cli {

/// Of something that a host has or not.
struct Lesson {
    std::string_view subject;  ///< as in Finding
    std::string_view is;       ///< what it is
    std::string_view with;     ///< what it means where it is there
    std::string_view without;  ///< what Husk does where it is not
};

/// Of a Finding's subject; nothing if there is none.
const Lesson* lesson_of(std::string_view subject);

/// What a state of an Ability means; empty if it needs no words.
std::string_view meaning_of(std::string_view state);

}  // namespace husk::cli
