// Frozen programs of every version of the format that there has been go on, for ever. tests/golden/frozen has them.
#include "program/program_lane.hpp"

#include <husk/frozen_program.hpp>

#include <gtest/gtest.h>

#include <string_view>

namespace husk::test {
namespace {

class GoldenFrozenProgram : public testing::TestWithParam<const char*> {};

TEST_P(GoldenFrozenProgram, GoesOn)
{
    if (!runs_husk()) GTEST_SKIP() << "nothing is thawed natively";
    const auto frozen = FrozenProgram::open(std::string{HUSK_SOURCE_DIR} + "/tests/golden/frozen/" + GetParam());
    ASSERT_TRUE(frozen) << husk::describe(frozen.error());
    const bool features = std::string_view{GetParam()}.find("-cpu-") != std::string_view::npos;
    EXPECT_EQ(frozen->info().cpu_features.empty(), !features);
    for (int thaw = 0; thaw < 2; ++thaw) {
        std::string output;
        ProgramConfig config;
        config.engine = single_threaded() ? Engine::Soft : Engine::Kvm;
        config.any_cpu = features;  // it uses none of them
        config.on_output = [&](std::span<const std::byte> bytes) {
            for (const std::byte byte : bytes) output += static_cast<char>(byte);
        };
        Program program = frozen->thaw(std::move(config));
        EXPECT_EQ(program.run(), ProgramStop{stops::Exited{0}});
        EXPECT_EQ(output, "4\n");
    }
}

INSTANTIATE_TEST_SUITE_P(Version1, GoldenFrozenProgram,
                         testing::Values("v1-program.husk", "v1-program-compressed.husk", "v1-cpu-soft-program-compressed.husk",
                                         "v1-cpu-kvm-program-compressed.husk"));

}  // namespace
}  // namespace husk::test
