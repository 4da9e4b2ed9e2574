// A frozen machine and what it needs of the processor, on every engine.
#include "support/counting_guest.hpp"
#include "support/frozen_metadata.hpp"
#include "support/temp_folder.hpp"

#include <husk/error.hpp>
#include <husk/frozen.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

namespace husk::test {
namespace {

using testing::Contains;
using testing::HasSubstr;

std::optional<Machine> thawed(const Frozen& frozen, MachineConfig config, std::string& refusal)
try {
    refusal.clear();
    return frozen.thaw(std::move(config));
} catch (const Error& error) {
    refusal = error.what();
    return std::nullopt;
}

Frozen frozen_on(Engine engine)
{
    Machine machine = counter({.engine = engine});
    EXPECT_EQ(next_count(machine), 1u);
    return Frozen{machine, {.origin = "counter", .point = "1"}};
}

TEST(FrozenFeatures, WhatIsFrozenHereGoesOnHere)
{
    const Frozen frozen = frozen_on(lane().engine);
    EXPECT_THAT(frozen.info().cpu_features, Contains("lm"));
    for (int thaw = 0; thaw < 3; ++thaw) {
        Machine machine = frozen.thaw(on_lane());
        EXPECT_EQ(next_count(machine), 2u);
        frozen.reset(machine);
        EXPECT_EQ(next_count(machine), 2u);
    }
}

TEST(FrozenFeatures, WhatNoProcessorHasIsRefusedByName)
{
    const TempFolder folder;
    const std::string path = folder / "frozen";
    frozen_on(lane().engine).save(path);
    need_feature(path, "time_travel");
    const auto frozen = Frozen::open(path);
    ASSERT_TRUE(frozen) << describe(frozen.error());
    std::string refusal;
    for (int again = 0; again < 2; ++again) {
        EXPECT_FALSE(thawed(*frozen, on_lane(), refusal));
        EXPECT_THAT(refusal, HasSubstr(": time_travel"));
    }
    auto machine = thawed(*frozen, on_lane({.any_cpu = true}), refusal);
    ASSERT_TRUE(machine) << refusal;
    EXPECT_EQ(next_count(*machine), 2u);
    frozen->reset(*machine);
    EXPECT_EQ(next_count(*machine), 2u);
}

/// From this lane's engine to the other: refused for each feature that this one shows and that one does not, and only then.
TEST(FrozenFeatures, TheOtherEngineIsRefusedForWhatItLacks)
{
    const Engine here = lane().engine, there = here == Engine::Kvm ? Engine::Soft : Engine::Kvm;
    const Frozen frozen = frozen_on(here);
    std::optional<Machine> other;
    try {
        other.emplace(counter({.engine = there}));
    } catch (const Error& error) {
        GTEST_SKIP() << "both engines: " << error.what();
    }
    const auto shown = other->cpu_features();
    std::string refusal;
    auto machine = thawed(frozen, {.engine = there}, refusal);
    bool lacks = false;
    for (const std::string& feature : frozen.info().cpu_features)
        if (std::ranges::find(shown, feature) == shown.end()) {
            lacks = true;
            EXPECT_THAT(refusal, HasSubstr(feature));
        }
    EXPECT_EQ(machine.has_value(), !lacks) << refusal;
    machine = thawed(frozen, {.engine = there, .any_cpu = true}, refusal);
    ASSERT_TRUE(machine) << refusal;
    EXPECT_EQ(next_count(*machine), 2u);
}

TEST(FrozenFeatures, AutoTakesTheEngineThatHasThem)
{
    const Frozen frozen = frozen_on(lane().engine);
    std::string refusal;
    auto machine = thawed(frozen, {.engine = Engine::Auto}, refusal);
    ASSERT_TRUE(machine) << refusal;
    EXPECT_EQ(next_count(*machine), 2u);
    if (lane().engine == Engine::Kvm) {
        EXPECT_EQ(machine->engine(), Engine::Kvm);
    } else {
        EXPECT_EQ(machine->engine() == Engine::Soft, !machine->engine_reason().empty()) << "why it is not KVM";
    }
}

}  // namespace
}  // namespace husk::test
