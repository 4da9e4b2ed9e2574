#pragma once

#include "debug/explanation.hpp"
#include "debug/paint.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace husk::debug {

/// Whether the general registers are part of it.
enum class General : std::uint8_t { Shown, LeftOut };

struct Section {
    std::string heading;
    std::string body;  ///< lines
};
/// All of it, section by section.
std::vector<Section> sections_of(const Explanation& explanation, const Paint& paint = {});

/// All of it, for a terminal: sections with a heading each.
std::string text_of(const Explanation& explanation, const Paint& paint = {}, General general = General::Shown);
/// The general registers, four to a line, and the instruction pointer.
std::string text_of(const x86::Registers& registers);
/// The walk of one address, step by step. The accesses that raise a page fault with `error_code` are marked.
std::string text_of(const AddressWords& address, const Paint& paint = {}, std::optional<unsigned> error_code = {});

/// A heading, and the lines of `body` two columns in.
std::string section(std::string_view heading, std::string_view body, const Paint& paint);

}  // namespace husk::debug
