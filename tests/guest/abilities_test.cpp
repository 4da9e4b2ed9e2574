// What `husk doctor` says that a guest has, and that CPUID shows a guest nothing that it cannot use.
#include "cli/abilities.hpp"
#include "cli/probe.hpp"
#include "support/lane.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace husk {
namespace {

std::string state_of(const std::vector<cli::Ability>& abilities, std::string_view what)
{
    const auto found = std::ranges::find(abilities, what, &cli::Ability::what);
    return found == abilities.end() ? "" : found->state;
}

TEST(Abilities, EveryEngineHasTheModesOfEveryProcessor)
{
    const auto abilities = cli::find_abilities(test::lane().engine);
    for (const auto* mode : {"real mode", "protected mode", "long mode", "string I/O"}) EXPECT_EQ(state_of(abilities, mode), "yes");
}

TEST(Abilities, WhatCpuidShowsWorks)
{
    for (const auto& [what, state] : cli::find_abilities(test::lane().engine)) EXPECT_NE(state, "no, though in CPUID") << what;
}

TEST(Abilities, EachIsNamedOnce)
{
    std::set<std::string> names;
    for (const auto& ability : cli::find_abilities(test::lane().engine))
        EXPECT_TRUE(names.insert(ability.what).second) << ability.what;
}

TEST(Probe, AGuestThatFaultsTellsNothing)
{
    constexpr std::array kUd2{std::byte{0x0F}, std::byte{0x0B}};
    EXPECT_EQ(cli::run_probe({.code = {kUd2, guests::tell()}}, test::lane().engine).value, std::nullopt);
}

TEST(Probe, AGuestTellsWhatItHas)
{
    constexpr std::array kSeven{std::byte{0xB8}, std::byte{7}, std::byte{0}, std::byte{0}, std::byte{0}};  // mov eax, 7
    EXPECT_EQ(cli::run_probe({.code = {kSeven, guests::tell()}}, test::lane().engine).value, 7u);
    EXPECT_EQ(cli::run_probe({.code = {kSeven, guests::tell()}, .ring3 = true}, test::lane().engine).value, 7u);
}

}  // namespace
}  // namespace husk
