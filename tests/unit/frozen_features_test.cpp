// What a frozen file says of the processor: written, read, left out, and made up by somebody who means harm.
#include "support/frozen_metadata.hpp"
#include "support/temp_folder.hpp"

#include <husk/error.hpp>
#include <husk/frozen.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>

namespace husk::test {
namespace {

using frozen::Json;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

class FrozenFeatures : public testing::Test {
protected:
    void SetUp() override
    {
        if (!HUSK_SOFT_ENGINE) GTEST_SKIP() << "this build has no software engine";
        Machine machine{{.memory = {{.base = {}, .size = 64_KiB}}, .engine = Engine::Soft, .mode = x86::Mode::Real}};
        machine.start(x86::Mode::Real, GuestPhys{0x1000});
        Frozen{machine, {.origin = "an image", .point = "a place", .cpu_features = {"told by the caller"}}}.save(path_);
    }

    /// What open() says of a file that says this of its features.
    std::string error_with(const Json& features)
    {
        change_metadata(path_, [&](Json& all) { all["info"]["cpu_features"] = features; });
        const auto info = frozen_info(path_);
        const auto opened = Frozen::open(path_);
        EXPECT_EQ(info.has_value(), opened.has_value());
        if (!opened) {
            EXPECT_EQ(describe(info.error()), describe(opened.error()));
        }
        return opened ? "" : describe(opened.error());
    }
    Frozen opened() const
    {
        auto frozen = Frozen::open(path_);
        if (!frozen) throw std::runtime_error{describe(frozen.error())};
        return *std::move(frozen);
    }
    /// What the thaw says; empty if it goes on.
    std::string refusal(MachineConfig config = {}) const
    {
        config.engine = Engine::Soft;
        try {
            (void)opened().thaw(std::move(config));
            return {};
        } catch (const Error& error) {
            EXPECT_EQ(error.code().value(), ENOTSUP);
            return error.what();
        }
    }

    TempFolder folder_;
    std::string path_ = folder_ / "machine.frozen";
};

TEST_F(FrozenFeatures, AreWhatTheEngineShows)
{
    Machine machine{{.engine = Engine::Soft, .mode = x86::Mode::Real}};
    const auto info = opened().info();
    EXPECT_EQ(info.cpu_features, machine.cpu_features());
    EXPECT_THAT(info.cpu_features, Contains("sse2"));
    EXPECT_EQ(*frozen_info(path_), info);
    EXPECT_EQ(refusal(), "");
}

TEST_F(FrozenFeatures, AreNotCheckedWhereNobodyHasWrittenThemDown)
{
    change_metadata(path_, [](Json& all) { all["info"].erase("cpu_features"); });
    EXPECT_THAT(opened().info().cpu_features, IsEmpty());
    EXPECT_EQ(refusal(), "");
    const auto again = folder_ / "again";
    opened().save(again);
    change_metadata(again, [](Json& all) { EXPECT_FALSE(all["info"].contains("cpu_features")); });
}

TEST_F(FrozenFeatures, ThatAreMissingAreNamedAndMayBeDoneWithout)
{
    need_feature(path_, "time_travel");
    need_feature(path_, "avx512f");
    EXPECT_THAT(refusal(), HasSubstr("thaw (it was frozen where CPUID shows more "));
    EXPECT_THAT(refusal(), HasSubstr("than the software engine does here"));
    EXPECT_THAT(refusal(), HasSubstr("--any-cpu"));
    EXPECT_THAT(refusal(), HasSubstr("): avx512f, time_travel"));
    EXPECT_EQ(refusal({.any_cpu = true}), "");
    EXPECT_NE(refusal(), "") << "each time";
}

TEST_F(FrozenFeatures, ThatAThawDidWithoutAreNotThoseOfItsOwnFreeze)
{
    need_feature(path_, "time_travel");
    const Machine machine = opened().thaw({.engine = Engine::Soft, .any_cpu = true});
    EXPECT_EQ((Frozen{machine, {}}.info().cpu_features), machine.cpu_features());
}

TEST_F(FrozenFeatures, ThatNobodyKnowsAreReadAndShown)
{
    EXPECT_EQ(error_with({"~", "CPUID.99H:EAX bit 77", std::string(64, 'x')}), "");
    EXPECT_THAT(refusal(), HasSubstr("): ~, CPUID.99H:EAX bit 77, xxx"));
    EXPECT_EQ(error_with(std::vector<std::string>(1024, "again")), "");
    EXPECT_THAT(refusal(), HasSubstr("again, again"));
    EXPECT_EQ(error_with(Json::array()), "");
    EXPECT_EQ(refusal(), "");
}

TEST_F(FrozenFeatures, ThatAreNoneAreRefused)
{
    EXPECT_EQ(error_with(std::vector<std::string>(1025, "avx")), "info.cpu_features: has 1025 entries; at most 1024 are read");
    EXPECT_THAT(error_with(std::vector<std::string>(70'000, "avx")), HasSubstr("info.cpu_features: has 70000 entries"));
    for (const std::string& name : {std::string{}, std::string(65, 'x'), std::string{"a\nb"}, std::string{"\033[31m"},
                                    std::string{"caf\xC3\xA9"}, std::string(1, '\0'), std::string(1'000'000, 'x')})
        EXPECT_THAT(error_with({"avx", name}), HasSubstr("info.cpu_features[1]: is no name of a feature"));
    for (const Json& names : {Json("avx"), Json(nullptr), Json(7), Json(true), Json::object()})
        EXPECT_EQ(error_with(names), "info.cpu_features: is no list");
    EXPECT_EQ(error_with({"avx", 7}), "info.cpu_features[1]: is no string");
    EXPECT_EQ(error_with(Json::array({Json::array({"avx"}), "avx"})), "info.cpu_features[0]: is no string");
}

TEST_F(FrozenFeatures, AreTheOnlyFieldThatMayBeLeftOut)
{
    change_metadata(path_, [](Json& all) { all["info"].erase("point"); });
    EXPECT_EQ(describe(Frozen::open(path_).error()), "info.point: is missing");
    change_metadata(path_, [](Json& all) { all["info"]["point"] = "", all["info"]["cpu_feature"] = Json::array(); });
    EXPECT_EQ(describe(Frozen::open(path_).error()), "info: has a field that this husk does not know");
}

}  // namespace
}  // namespace husk::test
