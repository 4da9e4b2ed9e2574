#include "support/transcript.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace husk::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Transcript, IsItsLines)
{
    const Transcript transcript = transcript_at("one\n two: 2\n\nfour", "kvm");
    EXPECT_THAT(transcript.lines, ElementsAre("one", " two: 2", "", "four"));
    EXPECT_THAT(transcript.reasons, IsEmpty());
}

TEST(Transcript, AVariantStandsForTheLineBefore)
{
    constexpr auto kText = "one\n~nested,soft why: eins: 1\n~soft other: uno\ntwo\n";
    EXPECT_THAT(transcript_at(kText, "kvm").lines, ElementsAre("one", "two"));
    EXPECT_THAT(transcript_at(kText, "nested").lines, ElementsAre("eins: 1", "two"));
    EXPECT_THAT(transcript_at(kText, "nested").reasons, ElementsAre("why"));
    EXPECT_THAT(transcript_at(kText, "soft").lines, ElementsAre("eins: 1", "uno", "two"));
    EXPECT_THAT(transcript_at(kText, "soft").reasons, ElementsAre("why", "other"));
    EXPECT_THAT(transcript_at(kText, "sof").lines, ElementsAre("one", "two"));
}

TEST(Transcript, IllFormedVariantsAreToldOf)
{
    EXPECT_THROW(transcript_at("one\n~soft\n", "soft"), std::invalid_argument);
    EXPECT_THROW(transcript_at("one\n~soft why\n", "kvm"), std::invalid_argument);
    EXPECT_THROW(transcript_at("~soft why: one\n", "soft"), std::invalid_argument);
}

TEST(Transcript, FirstDifferenceIsTold)
{
    EXPECT_EQ(first_difference({"a", "b"}, {"a", "b"}), "");
    EXPECT_THAT(first_difference({"a", "b"}, {"a", "c"}), HasSubstr("line 2\nexpected: b\n     got: c"));
    EXPECT_THAT(first_difference({"a"}, {"a", "c"}), HasSubstr("expected: (nothing)"));
    EXPECT_THAT(first_difference({"a", "b"}, {"a"}), HasSubstr("got: (nothing)"));
}

TEST(Transcript, MayBeOnlyBegun)
{
    EXPECT_EQ(first_difference({"one", "two", "three"}, {"one", "t"}, true), "");
    EXPECT_EQ(first_difference({"one", "two"}, {}, true), "");
    EXPECT_NE(first_difference({"one", "two", "three"}, {"o", "two"}, true), "");
    EXPECT_NE(first_difference({"one"}, {"one", "two"}, true), "");
}

}  // namespace
}  // namespace husk::test
