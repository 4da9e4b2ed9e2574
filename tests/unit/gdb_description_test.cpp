#include "debug/gdb/description.hpp"

#include "x86/vector_state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace husk::debug::gdb {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::size_t kLegacy = x86::VectorState::kLegacySize, kWithAvx = kLegacy + 256;

MachineState state_of(unsigned bits, std::size_t vector_size = kLegacy)
{
    MachineState state;
    state.vectors.resize(vector_size);
    state.system.cs.long_code = bits == 64;
    state.system.cs.big = bits == 32;
    if (bits == 64) state.system.efer = x86::Efer::LMA;
    return state;
}

/// The number of the register that the description calls `name`.
std::size_t number_of(const Description& description, const std::string& name)
{
    const std::string xml = description.xml();
    const auto at = xml.find("<reg name=\"" + name + "\"");
    EXPECT_NE(at, std::string::npos) << name;
    std::size_t number = 0;
    for (auto next = xml.find("<reg "); next < at; next = xml.find("<reg ", next + 1)) ++number;
    return number;
}

std::string bytes_of(std::uint64_t value, std::size_t size)
{
    std::string bytes(size, '\0');
    put_number(std::as_writable_bytes(std::span{bytes}), value);
    return bytes;
}

TEST(GdbDescription, FollowsTheCodeAtHand)
{
    EXPECT_EQ(architecture_of(state_of(16).system), Architecture::I8086);
    EXPECT_EQ(architecture_of(state_of(32).system), Architecture::I386);
    EXPECT_EQ(architecture_of(state_of(64).system), Architecture::X86_64);
    EXPECT_THAT(Description(Architecture::I8086, kLegacy).xml(), HasSubstr("<architecture>i8086</architecture>"));
    EXPECT_THAT(Description(Architecture::I386, kLegacy).xml(), HasSubstr("name=\"eip\""));
    EXPECT_THAT(Description(Architecture::X86_64, kLegacy).xml(), HasSubstr("name=\"fs_base\" bitsize=\"64\""));
}

TEST(GdbDescription, HasVectorsOnlyWhereTheProcessorDoes)
{
    EXPECT_THAT(Description(Architecture::X86_64, kLegacy).xml(), Not(HasSubstr("ymm")));
    EXPECT_THAT(Description(Architecture::X86_64, kWithAvx).xml(), HasSubstr("ymm15h"));
    EXPECT_THAT(Description(Architecture::I386, kWithAvx).xml(), Not(HasSubstr("ymm8h")));
}

TEST(GdbDescription, ProgramsHaveNoControlRegisters)
{
    const std::string xml = Description(Architecture::X86_64, kLegacy, true).xml();
    EXPECT_THAT(xml, Not(HasSubstr("org.husk.control")));
    EXPECT_THAT(xml, HasSubstr("<osabi>GNU/Linux</osabi>"));
    EXPECT_THAT(xml, HasSubstr("orig_rax"));
}

TEST(GdbDescription, AllRegistersComeBackAsTheyWere)
{
    for (const unsigned bits : {16u, 32u, 64u}) {
        MachineState state = state_of(bits, kWithAvx);
        state.registers.rax = 0x1122'3344;
        state.system.cr2 = 77;
        state.system.fs.base = 0x1234;
        for (std::size_t i = 0; i < x86::VectorState::kHeader; ++i) state.vectors[i] = static_cast<std::byte>(i);
        const Description description{architecture_of(state.system), kWithAvx};
        const MachineState before = state;
        const std::string all = description.read_all(state);
        EXPECT_TRUE(description.write_all(state, all));
        EXPECT_EQ(state.registers, before.registers) << bits;
        EXPECT_EQ(state.system, before.system) << bits;
        EXPECT_EQ(description.read_all(state), all) << bits;
        EXPECT_FALSE(description.write_all(state, all + "x"));
        EXPECT_FALSE(description.write_all(state, {}));
    }
}

TEST(GdbDescription, EachIsWrittenWhereItIsRead)
{
    for (const unsigned bits : {16u, 32u, 64u}) {
        const Description description{bits == 16   ? Architecture::I8086
                                      : bits == 32 ? Architecture::I386
                                                   : Architecture::X86_64,
                                      kWithAvx};
        const std::size_t tags = number_of(description, "ftag");  // which follow from the registers, but for which are empty
        for (std::size_t number = 0; number < description.count(); ++number) {
            if (number == tags) continue;
            MachineState state = state_of(bits, kWithAvx);
            const std::string value = bytes_of(0x0101, description.read(state, number).size());
            const bool padded = value.size() == 4;  // of some, only the lower bytes are kept
            ASSERT_TRUE(description.write(state, number, value)) << number;
            EXPECT_EQ(description.read(state, number).substr(0, padded ? 1 : value.size()),
                      value.substr(0, padded ? 1 : value.size()))
                << number;
        }
        MachineState state = state_of(bits, kWithAvx);
        EXPECT_FALSE(description.write(state, description.count(), "x"));
        EXPECT_FALSE(description.write(state, 0, "x"));
        EXPECT_EQ(description.read(state, description.count()), "");
    }
}

TEST(GdbDescription, OutsideOf64BitCodeTheInstructionPointerIsLinear)
{
    MachineState state = state_of(16);
    state.system.cs.base = 0x7C00;
    state.registers.rip = 0x10;
    const Description description{Architecture::I8086, kLegacy};
    const std::size_t eip = number_of(description, "eip");
    EXPECT_EQ(description.read(state, eip), bytes_of(0x7C10, 4));
    EXPECT_TRUE(description.write(state, eip, bytes_of(0x7C20, 4)));
    EXPECT_EQ(state.registers.rip, 0x20u);
}

TEST(GdbDescription, ASegmentWrittenInRealModeMovesItsBase)
{
    MachineState state = state_of(16);
    const Description description{Architecture::I8086, kLegacy};
    EXPECT_TRUE(description.write(state, number_of(description, "ds"), bytes_of(0x1234, 4)));
    EXPECT_EQ(state.system.ds.selector, 0x1234);
    EXPECT_EQ(state.system.ds.base, 0x12340u);
    state.system.cr0 = x86::Cr0::PE;
    EXPECT_TRUE(description.write(state, number_of(description, "ds"), bytes_of(0x10, 4)));
    EXPECT_EQ(state.system.ds.base, 0x12340u);
}

TEST(GdbDescription, TheTagWordIsAsFnsaveHasIt)
{
    MachineState state = state_of(64);
    const Description description{Architecture::X86_64, kLegacy};
    const std::size_t ftag = number_of(description, "ftag");
    EXPECT_EQ(description.read(state, ftag), bytes_of(0xFFFF, 4)) << "all empty";
    // TOP is 7, and only register 7, ST0, is in use: zero, then 1.0, then not a number.
    x86::store_at(std::span{state.vectors}, 2, std::uint16_t{7u << 11});
    x86::store_at(std::span{state.vectors}, 4, std::uint8_t{1u << 7});
    EXPECT_EQ(description.read(state, ftag), bytes_of(0x7FFF, 4));
    x86::store_at(std::span{state.vectors}, 32, std::uint64_t{1} << 63);
    x86::store_at(std::span{state.vectors}, 40, std::uint16_t{0x3FFF});
    EXPECT_EQ(description.read(state, ftag), bytes_of(0x3FFF, 4));
    x86::store_at(std::span{state.vectors}, 40, std::uint16_t{0x7FFF});
    EXPECT_EQ(description.read(state, ftag), bytes_of(0xBFFF, 4));
}

TEST(GdbDescription, WhatXsaveLeftOutIsAsAtResetAndTheRestStays)
{
    constexpr std::size_t kBehind = 2 * kWithAvx;
    MachineState state = state_of(64, kBehind);
    std::ranges::fill(state.vectors, std::byte{0xAA});
    x86::store_at(std::span{state.vectors}, x86::VectorState::kHeader, x86::kSseState);
    fill_initial_vectors(state);
    const Description description{Architecture::X86_64, kBehind};
    const auto value = [&](const std::string& name) { return description.read(state, number_of(description, name)); };
    EXPECT_EQ(value("fctrl"), bytes_of(0x37F, 4));
    EXPECT_EQ(value("st0"), std::string(10, '\0'));
    EXPECT_EQ(value("xmm0"), std::string(16, '\xAA'));
    EXPECT_EQ(value("ymm15h"), std::string(16, '\0'));
    EXPECT_EQ(state.vectors.at(kWithAvx), std::byte{0xAA}) << "another component's";
}

TEST(GdbDescription, AWrittenVectorRegisterIsInUse)
{
    MachineState state = state_of(64, kWithAvx);
    const Description description{Architecture::X86_64, kWithAvx};
    EXPECT_TRUE(description.write(state, number_of(description, "ymm3h"), bytes_of(5, 16)));
    EXPECT_EQ(x86::load_at<std::uint64_t>(state.vectors, x86::VectorState::kHeader), x86::kAvxState);
}

}  // namespace
}  // namespace husk::debug::gdb
