// The page that explains a machine: whole, self-contained, and bounded whatever the guest has made.
#include "debug/html.hpp"

#include "machine/start.hpp"
#include "x86/modes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace husk::debug {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using x86::Mode;

class HtmlTest : public testing::Test {
protected:
    std::string page(const x86::State& state, std::string_view title = "guest")
    {
        return html_of(title, explain(memory_, state.registers, state.system), explain_memory(memory_), memory_);
    }
    x86::State start(Mode mode) { return layout_.start(mode, GuestPhys{0x8000}, {}); }

    GuestMemory memory_{std::array{MemoryRegion{.base = {}, .size = 2_MiB}}};
    device::Bus mmio_{"address"};
    machine::Layout layout_{memory_, mmio_};
};

std::size_t count(const std::string& text, std::string_view what)
{
    std::size_t found = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size())) ++found;
    return found;
}

TEST_F(HtmlTest, IsOnePageThatLoadsNothing)
{
    for (const Mode mode : {Mode::Real, Mode::Protected, Mode::Paged, Mode::Long}) {
        const std::string html = page(start(mode));
        EXPECT_THAT(html, StartsWith("<!DOCTYPE html>\n"));
        EXPECT_THAT(html, testing::EndsWith("</body></html>\n"));
        for (const auto* const loads : {"<script", "<link", "<img", "src=", "href=", "url(", "@import"})
            EXPECT_THAT(html, Not(HasSubstr(loads)));
        EXPECT_EQ(count(html, "http"), count(html, "http://www.w3.org/2000/svg")) << "the name of SVG, which is no place";
        for (const auto* const element : {"pre", "h2", "h3", "dl", "table", "svg", "figure", "g", "text"})
            EXPECT_EQ(count(html, fmt::format("<{}>", element)) + count(html, fmt::format("<{} ", element)),
                      count(html, fmt::format("</{}>", element)))
                << element;
    }
}

TEST_F(HtmlTest, BitsPicturesAndMarks)
{
    const std::string html = page(start(Mode::Long));
    EXPECT_THAT(html, HasSubstr("<h3>CR0 = 0x80050033</h3>"));
    EXPECT_THAT(html, HasSubstr("<dt>PG</dt><dd>Paging: "));
    EXPECT_EQ(count(html, "<svg "), 2u) << "page tables, memory";
    EXPECT_EQ(count(html, "<rect class=\"box\""), 3u) << "PML4, PDPT, PD";
    EXPECT_EQ(count(html, "<path class=\"edge\""), 2u);
    EXPECT_THAT(html, HasSubstr(">RIP 0x8000</text>"));
    EXPECT_THAT(html, HasSubstr(">PD 0x4000</text>"));
    EXPECT_EQ(count(page(start(Mode::Protected)), "<svg "), 1u);
}

TEST_F(HtmlTest, TextIsNoHtml)
{
    EXPECT_EQ(escaped("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
    const std::string html = page(start(Mode::Real), "</title><script>alert(1)</script>");
    EXPECT_THAT(html, Not(HasSubstr("<script")));
    EXPECT_THAT(html, HasSubstr("&lt;/title&gt;&lt;script&gt;"));
}

TEST_F(HtmlTest, TablesWithoutMemoryHaveNoPicture)
{
    x86::State state = x86::long_mode(0, 0, GuestPhys{1_GiB});
    EXPECT_EQ(count(page(state), "<svg "), 1u);
    EXPECT_THAT(page(state), HasSubstr("no memory is there"));
}

TEST_F(HtmlTest, WhateverTheTablesAreThePictureIsBounded)
{
    std::uint64_t random = 88172645463325252;  // xorshift64
    for (std::uint64_t at = 0; at < 2_MiB; at += 8) {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        ASSERT_TRUE(memory_.store(GuestPhys{at}, (random & 0x1F'F000) | (random >> 40 & 0x67) | 1));
    }
    const std::string html = page(x86::long_mode(0, 0, GuestPhys{0x1000}));
    EXPECT_LE(count(html, "<rect class=\"box\""), 80u);
    EXPECT_LT(html.size(), 2_MiB);
}

TEST_F(HtmlTest, MemoryOfManyRegionsAndRuns)
{
    std::vector<RegionWords> regions;
    for (std::uint64_t i = 0; i < 100; ++i) {
        RegionWords words{.region = {.base = GuestPhys{i * 2 * 1_GiB}, .size = 1_GiB}, .touched = std::vector<PhysicalRange>{}};
        for (std::uint64_t at = 0; at < 16_MiB; at += 8_KiB) words.touched->push_back({words.region.base + at, 4_KiB});
        regions.push_back(std::move(words));
    }
    const std::string svg = memory_svg(regions, std::vector<Mark>(1000, Mark{"<RIP>", {}}));
    EXPECT_EQ(count(svg, "class=\"region\""), 64u);
    EXPECT_EQ(count(svg, "class=\"lens\""), 64u) << "what is touched of each, enlarged";
    EXPECT_EQ(count(svg, "class=\"touched\""), 128u) << "runs that fall onto one another";
    EXPECT_EQ(count(svg, "class=\"mark\""), 24u);
    EXPECT_THAT(svg, HasSubstr("&lt;RIP&gt;"));
    EXPECT_THAT(svg, HasSubstr("36 more regions"));
}

TEST_F(HtmlTest, WhatThereIsInMuchMemoryIsEnlarged)
{
    const auto picture = [](const std::vector<std::uint64_t>& touched, std::uint64_t size) {
        RegionWords words{.region = {.base = {}, .size = size}, .touched = std::vector<PhysicalRange>{}};
        for (const std::uint64_t at : touched) words.touched->push_back({GuestPhys{at}, 4_KiB});
        return memory_svg({words}, {{"GDT", GuestPhys{0x5008}}});
    };
    const std::string two = picture({0x2000, 0x4000, 1_GiB - 4_KiB}, 1_GiB);
    EXPECT_EQ(count(two, "class=\"lens\""), 2u);
    EXPECT_THAT(two, HasSubstr(">0x2000 to 0x5fff<")) << "with the page that the mark is in";
    EXPECT_THAT(two, HasSubstr(">0x3ffff000 to 0x3fffffff<"));
    EXPECT_EQ(count(two, "class=\"mark\""), 1u);
    EXPECT_EQ(count(picture({0, 128_MiB, 256_MiB, 512_MiB, 768_MiB, 896_MiB}, 1_GiB), "class=\"lens\""), 4u) << "and no more";
    EXPECT_EQ(count(picture({0, 0x1000, 0x2000, 0x3000, 0x4000}, 32_KiB), "class=\"lens\""), 0u) << "it is large as it is";
}

}  // namespace
}  // namespace husk::debug
