// The picture of a program's address space.
#include "debug/html_space.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace husk::debug {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(SpaceSvg, AreasAndWhatIsFreeBetweenThem)
{
    const std::string svg =
        space_svg({{.begin = {0x400000}, .size = 0x3000, .readable = true, .executable = true, .name = "/bin/a"},
                   {.begin = {0x403000},
                    .size = 0x1000,
                    .readable = true,
                    .writable = true,
                    .touched = 0x1000,
                    .marks = {"RSP of thread 7", "RIP of thread 8"}},
                   {.begin = {0x40000000}, .size = 0x1000}});
    EXPECT_THAT(svg, HasSubstr(">0x400000</text>"));
    EXPECT_THAT(svg, HasSubstr(">r-x  /bin/a</text>"));
    EXPECT_THAT(svg, HasSubstr(">rw-  anonymous</text>"));
    EXPECT_THAT(svg, HasSubstr(">---  anonymous</text>"));
    EXPECT_THAT(svg, HasSubstr("4 KiB, 4 KiB touched"));
    EXPECT_THAT(svg, HasSubstr("← RSP of thread 7, RIP of thread 8"));
    EXPECT_THAT(svg, HasSubstr("… 4 MiB, nothing is mapped"));
    EXPECT_THAT(svg, HasSubstr("… 1020 MiB, nothing is mapped"));
}

TEST(SpaceSvg, NamesAreNotTakenForHtml)
{
    const std::string svg = space_svg({{.begin = {0x1000}, .size = 0x1000, .name = "<script>&\"", .marks = {"<b>"}}});
    EXPECT_THAT(svg, Not(HasSubstr("<script")));
    EXPECT_THAT(svg, Not(HasSubstr("<b>")));
    EXPECT_THAT(svg, HasSubstr("&lt;script&gt;&amp;&quot;"));
}

TEST(SpaceSvg, IsBounded)
{
    std::vector<SpaceArea> many(5000);
    for (std::size_t i = 0; i < many.size(); ++i) many[i] = {.begin = {i * 0x2000}, .size = 0x1000, .touched = ~std::uint64_t{0}};
    const std::string svg = space_svg(many);
    EXPECT_THAT(svg, HasSubstr("4600 more areas: see the list below"));
    EXPECT_LT(svg.size(), 500'000u);
    EXPECT_THAT(space_svg({}), HasSubstr("</svg>"));
    EXPECT_THAT(space_svg({{.begin = {0x1000}, .size = ~std::uint64_t{0} - 0x1000, .touched = 1}}), HasSubstr("</svg>"));
}

}  // namespace
}  // namespace husk::debug
