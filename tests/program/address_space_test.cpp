// Programs that have fewer addresses than is usual: they run as ever, and more of them fit one process.
#include "program/frozen_guest.hpp"

#include <husk/instance.hpp>

#include <gmock/gmock.h>

#include <stdexcept>
#include <vector>

namespace husk::test {
namespace {

class AddressSpace : public FrozenGuest {
protected:
    ProgramConfig small(const std::string& path, std::uint64_t size)
    {
        ProgramConfig wanted = config();
        wanted.path = path;
        wanted.arguments = {path, "/dev/null"};  // guests want a second one
        wanted.default_grants = true;
        wanted.address_space = size;
        return wanted;
    }
    static std::string functions() { return std::string{HUSK_PROGRAM_FOLDER} + "/frozen/functions"; }
};

TEST_F(AddressSpace, ProgramsRunInTheSmallestAsEver)
{
    // Static ones of a fixed place, and one that is position-independent and dynamic.
    const std::string guests = std::string{HUSK_PROGRAM_FOLDER} + "/guests/";
    for (const std::string& path :
         {guests + "mem_heap", guests + "sig_faults", guests + "sig_stack", std::string{"/usr/bin/stat"}}) {
        output_.clear(), errors_.clear();
        Program program{small(path, 1_GiB)};
        EXPECT_EQ(program.run(), ProgramStop{stops::Exited{0}}) << path << ": " << output_ << errors_;
    }
}

TEST_F(AddressSpace, IsWholeGibibytesUpToATebibyte)
{
    for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, 1_GiB - 4096, 1_GiB + 4096, 1025_GiB, ~std::uint64_t{0}})
        EXPECT_THROW(Program{small("/usr/bin/stat", size)}, std::invalid_argument) << size;
}

TEST_F(AddressSpace, WhatWasFrozenKeepsItsOwn)
{
    const TempFolder folder;
    const std::string file = folder.path() + "/small.frozen";
    freeze(small(functions(), 2_GiB), freeze_points::Asked{}).save(file);
    const auto opened = FrozenProgram::open(file);
    ASSERT_TRUE(opened) << husk::describe(opened.error());
    ProgramConfig how = config();
    how.address_space = 1_GiB;  // would be too few for what there is
    Instance instance{*opened, how};
    EXPECT_EQ(instance.call<std::int64_t>("add_six", 1, 2, 3, 4, 5, 6).value_or(-1), 654321);
    instance.reset();
    EXPECT_EQ(instance.call<std::int64_t>("add_six", 1, 2, 3, 4, 5, 6).value_or(-1), 654321);
}

/// Of the usual size 127 at most fit the 128 TiB that a process of the host has.
TEST_F(AddressSpace, MoreProgramsThanUsualAreAliveAtOnce)
{
    const FrozenProgram frozen = freeze(small(functions(), 1_GiB), freeze_points::Asked{});
    constexpr std::size_t kMany = 130;
    std::vector<Instance> all;
    all.reserve(kMany);
    for (std::size_t i = 0; i < kMany; ++i) all.emplace_back(frozen, config());
    for (Instance& each : all) EXPECT_EQ(each.call<std::int64_t>("add_six", 1, 2, 3, 4, 5, 6).value_or(-1), 654321);
}

}  // namespace
}  // namespace husk::test
