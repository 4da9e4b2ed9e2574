#pragma once

#include "program/program_lane.hpp"
#include "support/temp_folder.hpp"

#include <husk/frozen_program.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace husk::test {

/// Programs of tests/program/frozen/ that are frozen and thawed, and what they write.
class FrozenGuest : public testing::Test {
protected:
    void SetUp() override
    {
        if (!runs_husk()) GTEST_SKIP() << "nothing is frozen natively";
    }

    virtual ProgramConfig config()
    {
        ProgramConfig config;
        config.engine = single_threaded() ? Engine::Soft : Engine::Kvm;
        config.on_output = [this](std::span<const std::byte> bytes) { add(output_, bytes); };
        config.on_error_output = [this](std::span<const std::byte> bytes) { add(errors_, bytes); };
        return config;
    }
    ProgramConfig guest(const std::string& name, std::vector<std::string> arguments = {})
    {
        ProgramConfig wanted = config();
        wanted.path = std::string{HUSK_PROGRAM_FOLDER} + "/frozen/" + name;
        wanted.arguments = std::move(arguments);
        wanted.arguments.insert(wanted.arguments.begin(), name);
        return wanted;
    }

    /// Freezes it, or fails and says why not.
    FrozenProgram freeze(ProgramConfig wanted, const FreezePoint& point)
    {
        auto frozen = FrozenProgram::freeze(std::move(wanted), point);
        if (!frozen) throw std::runtime_error{why_not(frozen.error()) + " " + errors_};
        return *std::move(frozen);
    }
    static std::string why_not(const NotFrozen& reason)
    {
        if (const auto* const stop = std::get_if<ProgramStop>(&reason)) return husk::describe(*stop);
        std::string text;
        for (const auto& [what, why] : std::get<std::vector<NotFreezable>>(reason)) text += what + ": " + why + "\n";
        return text;
    }

    /// What a thaw writes; it must end well.
    std::string thaw(const FrozenProgram& frozen, ProgramConfig how)
    {
        output_.clear();
        Program program = frozen.thaw(std::move(how));
        EXPECT_EQ(program.run(), ProgramStop{stops::Exited{0}}) << errors_;
        return output_;
    }
    std::string thaw(const FrozenProgram& frozen) { return thaw(frozen, config()); }

    static void add(std::string& text, std::span<const std::byte> bytes)
    {
        for (const std::byte byte : bytes) text += static_cast<char>(byte);
    }

    std::string output_, errors_;
};

}  // namespace husk::test
