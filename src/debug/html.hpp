#pragma once

#include "debug/explanation.hpp"
#include "debug/memory_map.hpp"

#include <string>
#include <string_view>
#include <vector>

/// A page that explains a machine: one file, without scripts, which loads nothing.
namespace husk::debug {

/// A place in physical memory that is worth a mark in the picture of it.
struct Mark {
    std::string name;
    GuestPhys at{};
};

/// A page with this body, which is HTML.
std::string page_of(std::string_view title, std::string_view body);
/// A heading, and lines of text below it.
std::string section_html(std::string_view heading, std::string_view text);
/// A picture, and a caption below it: both HTML.
std::string figure_html(std::string_view svg, std::string_view caption);
/// Sections of all that is explained, with the page tables as a picture.
std::string explanation_html(const Explanation& explanation);

/// `title` may be anybody's text, as all others here: nothing of it is taken for HTML.
std::string html_of(std::string_view title, const Explanation& explanation, const std::vector<RegionWords>& regions,
                    const GuestMemory& memory);

/// Text as it is to stand in HTML.
std::string escaped(std::string_view text);

/// The tables as boxes, a column a level, joined by lines: SVG.
std::string page_tree_svg(const PageMap& map);
/// The regions as bars, with what was touched and the marks: SVG.
std::string memory_svg(const std::vector<RegionWords>& regions, const std::vector<Mark>& marks);

}  // namespace husk::debug
