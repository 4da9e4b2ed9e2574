#include "guests/builtin.hpp"
#include "support/guest.hpp"

#include <gtest/gtest.h>

namespace husk::test {
namespace {

class Hello : public testing::TestWithParam<guests::Builtin> {};

std::uint64_t lower(std::uint64_t value, std::size_t bytes)
{
    return bytes == 8 ? value : value & ((1ull << (8 * bytes)) - 1);
}

TEST_P(Hello, PrintsAnswersAndHalts)
{
    const auto& builtin = GetParam();
    if (const auto why = obstacle_to(builtin.mode); !why.empty()) GTEST_SKIP() << why;
    Guest guest{builtin.mode};
    EXPECT_EQ(guest.with(builtin.code).run(), Stop{stops::Halted{}});
    EXPECT_EQ(guest.output(), "Hello, world!\n");
    EXPECT_EQ(lower(guest.rax(), builtin.answer_size), guests::kAnswer);
    const auto cell = guest.machine().memory().load<std::uint64_t>(GuestPhys{0x400});
    ASSERT_TRUE(cell);
    EXPECT_EQ(lower(*cell, builtin.answer_size), guests::kAnswer);
}

TEST_P(Hello, RunsAgainInTheSameMachine)
{
    const auto& builtin = GetParam();
    if (const auto why = obstacle_to(builtin.mode); !why.empty()) GTEST_SKIP() << why;
    Guest guest{builtin.mode};
    for (int i = 0; i < 3; ++i) EXPECT_EQ(guest.with(builtin.code).run(), Stop{stops::Halted{}});
    EXPECT_EQ(guest.output(), "Hello, world!\nHello, world!\nHello, world!\n");
}

INSTANTIATE_TEST_SUITE_P(EachMode, Hello, testing::ValuesIn(guests::builtin()),
                         [](const auto& one) { return std::string{name(one.param.mode)}; });

}  // namespace
}  // namespace husk::test
