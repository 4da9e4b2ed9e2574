// A frozen program and what it needs of the processor.
#include "program/frozen/content.hpp"
#include "program/frozen/fields.hpp"
#include "program/frozen_guest.hpp"
#include "support/frozen_metadata.hpp"

#include <husk/husk.h>
#include <husk/error.hpp>
#include <husk/instance.hpp>
#include <husk/pool.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>

namespace husk::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class FreezeFeatures : public FrozenGuest {
protected:
    FrozenProgram functions() { return freeze(guest("functions"), freeze_points::Asked{}); }

    /// Where the processor could what none can.
    FrozenProgram with_time_travel()
    {
        functions().save(path_);
        need_feature(path_, "time_travel");
        auto opened = FrozenProgram::open(path_);
        if (!opened) throw std::runtime_error{husk::describe(opened.error())};
        return *std::move(opened);
    }
    static std::string refusal(const std::function<void()>& thaw)
    {
        try {
            thaw();
            return {};
        } catch (const Error& error) {
            EXPECT_EQ(error.code().value(), ENOTSUP);
            return error.what();
        }
    }

    TempFolder folder_;
    std::string path_ = folder_ / "frozen";
};

TEST_F(FreezeFeatures, AreThoseThatAProgramSees)
{
    const auto features = functions().info().cpu_features;
    for (const char* const every : {"fpu", "sse2", "syscall", "lm"}) EXPECT_THAT(features, Contains(every));
    for (const char* const of_systems : {"msr", "pge", "smep", "x2apic"}) EXPECT_THAT(features, Not(Contains(of_systems)));
    // The host's own, also where a KVM without VT-x or AMD-V shows ring 0 less.
    if (!single_threaded() && __builtin_cpu_supports("avx2") != 0) {
        EXPECT_THAT(features, Contains("avx2"));
    }
}

TEST_F(FreezeFeatures, WhatIsFrozenHereGoesOnHere)
{
    const FrozenProgram frozen = functions();
    frozen.save(path_);
    const auto opened = FrozenProgram::open(path_);
    ASSERT_TRUE(opened) << husk::describe(opened.error());
    EXPECT_EQ(opened->info(), frozen.info());
    for (int i = 0; i < 2; ++i) {
        Instance instance{*opened, config()};
        EXPECT_EQ(instance.call<std::int64_t>("count"), 101);
    }
}

TEST_F(FreezeFeatures, WhatNoProcessorHasIsRefusedByName)
{
    const FrozenProgram frozen = with_time_travel();
    const std::string told = refusal([&] { (void)frozen.thaw(config()); });
    EXPECT_THAT(told, HasSubstr(single_threaded() ? "than the software engine does here" : "than KVM does here"));
    EXPECT_THAT(told, HasSubstr("--any-cpu"));
    EXPECT_THAT(told, HasSubstr("): time_travel"));
    EXPECT_EQ(refusal([&] { Instance{frozen, config()}; }), told);
    Pool<Instance> pool{[&] { return Instance{frozen, config()}; }, [](Instance& used) { used.reset(); }};
    EXPECT_EQ(refusal([&] { (void)pool.take(); }), told);
    EXPECT_EQ(pool.metrics().in_use, 0u);
}

TEST_F(FreezeFeatures, MayBeDoneWithout)
{
    ProgramConfig how = config();
    how.any_cpu = true;
    const FrozenProgram frozen = with_time_travel();
    Instance instance{frozen, how};
    EXPECT_EQ(instance.call<std::int64_t>("count"), 101);
    instance.reset();
    EXPECT_EQ(instance.call<std::int64_t>("count"), 101);
    // What it did without it does not need where it is frozen again.
    Program program = frozen.thaw(how);
    const auto again = FrozenProgram::freeze(program, freeze_points::Asked{});
    if (again) {
        EXPECT_THAT(again->info().cpu_features, Not(Contains("time_travel")));
    }
}

TEST_F(FreezeFeatures, AreNotCheckedWhereNobodyHasWrittenThemDown)
{
    functions().save(path_);
    change_metadata(path_, [](frozen::Json& all) { all["info"].erase("cpu_features"); });
    const auto opened = FrozenProgram::open(path_);
    ASSERT_TRUE(opened) << husk::describe(opened.error());
    EXPECT_TRUE(opened->info().cpu_features.empty());
    Instance instance{*opened, config()};
    EXPECT_EQ(instance.call<std::int64_t>("count"), 101);
}

TEST_F(FreezeFeatures, AreRefusedToCToo)
{
    (void)with_time_travel();
    husk_error error{};
    const std::unique_ptr<husk_frozen, decltype(&husk_frozen_free)> frozen{husk_frozen_open(path_.c_str(), &error),
                                                                           husk_frozen_free};
    ASSERT_NE(frozen, nullptr) << error.message;
    husk_options options{};
    options.engine = single_threaded() ? "soft" : "kvm";
    options.standard_output = options.standard_error = -1;
    // The second is that of a caller who does not know the field.
    options.any_cpu = 1;
    for (const std::size_t size : {sizeof options, offsetof(husk_options, any_cpu)}) {
        options.size = size;
        husk_instance* const made = husk_instance_new(frozen.get(), &options, &error);
        EXPECT_EQ(made != nullptr, size == sizeof options) << error.message;
        husk_instance_free(made);
    }
    EXPECT_EQ(error.status, HUSK_FAILED);
    EXPECT_EQ(error.code, ENOTSUP);
    EXPECT_THAT(error.message, HasSubstr("time_travel"));
    options.size = sizeof options;
    options.any_cpu = 0;
    husk_pool* const pool = husk_pool_new(frozen.get(), &options, 1, 1, &error);
    ASSERT_NE(pool, nullptr) << error.message;
    EXPECT_EQ(husk_pool_take(pool, 0, &error), nullptr);
    EXPECT_THAT(error.message, HasSubstr("time_travel"));
    husk_pool_free(pool);
}

// A C library chooses its functions by what CPUID shows when it starts: on the software engine they would be SIGILL.
TEST_F(FreezeFeatures, OfKvmThatTheSoftwareEngineLacksAreNamed)
{
    if (single_threaded() || !HUSK_SOFT_ENGINE) GTEST_SKIP() << "both engines: this is not KVM, or there is no other";
    ProgramConfig wanted = guest("functions");
    wanted.portable = true;
    const FrozenProgram frozen = freeze(std::move(wanted), freeze_points::Asked{});
    ProgramConfig how = config();
    how.engine = Engine::Soft;
    const std::string told = refusal([&] { (void)frozen.thaw(std::move(how)); });
    for (const char* const feature : {"avx", "avx2", "avx512f"}) {
        const bool had = std::ranges::count(frozen.info().cpu_features, feature) != 0;
        EXPECT_EQ(told.find(std::string{" "} + feature) != std::string::npos, had) << told;
    }
}

}  // namespace
}  // namespace husk::test
