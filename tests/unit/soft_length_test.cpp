// How long instructions are: told by their manual's forms, and as the disassembler says for any bytes.
#include "engine/soft/decode/length.hpp"

#include "debug/disassemble.hpp"
#include "engine/soft/decode/site_instruction.hpp"
#include "support/bytes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

namespace husk::soft {
namespace {

using test::bytes;

TEST(SoftLength, FollowsOperandSize)
{
    constexpr auto code = bytes(0xB8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    EXPECT_EQ(instruction_length(code, 16), 3u);  // mov ax, imm16
    EXPECT_EQ(instruction_length(code, 32), 5u);  // mov eax, imm32
    EXPECT_EQ(instruction_length(code, 64), 5u);
    constexpr auto wide = bytes(0x48, 0xB8, 1, 2, 3, 4, 5, 6, 7, 8);
    EXPECT_EQ(instruction_length(wide, 64), 10u);  // mov rax, imm64
    EXPECT_EQ(instruction_length(wide, 32), 1u);   // dec eax
    EXPECT_EQ(instruction_length(bytes(0x66, 0xB8, 1, 2, 3, 4), 64), 4u);
    EXPECT_EQ(instruction_length(bytes(0x66, 0xB8, 1, 2, 3, 4), 16), 6u);
}

TEST(SoftLength, FollowsAddressSize)
{
    EXPECT_EQ(instruction_length(bytes(0x8B, 0x06, 0x34, 0x12), 16), 4u);                    // mov ax, [0x1234]
    EXPECT_EQ(instruction_length(bytes(0x8B, 0x04, 0x8D, 1, 2, 3, 4), 32), 7u);              // mov eax, [ecx * 4 + disp32]
    EXPECT_EQ(instruction_length(bytes(0x67, 0x8B, 0x04, 0x8D, 1, 2, 3, 4), 16), 8u);        // the same in 16-bit code
    EXPECT_EQ(instruction_length(bytes(0xA1, 1, 2, 3, 4, 5, 6, 7, 8), 64), 9u);              // movabs eax, [moffs64]
    EXPECT_EQ(instruction_length(bytes(0x48, 0xC7, 0x44, 0x24, 0x08, 1, 0, 0, 0), 64), 9u);  // mov qword [rsp + 8], imm32
}

TEST(SoftLength, TestHasAnImmediateThatNotHasNot)
{
    EXPECT_EQ(instruction_length(bytes(0xF6, 0xC0, 1), 64), 3u);           // test al, imm8
    EXPECT_EQ(instruction_length(bytes(0xF6, 0xD0, 1), 64), 2u);           // not al
    EXPECT_EQ(instruction_length(bytes(0xF7, 0xC0, 1, 2, 3, 4), 64), 6u);  // test eax, imm32
}

TEST(SoftLength, NothingForWhatIsCutOffOrTooLong)
{
    EXPECT_EQ(instruction_length({}, 64), std::nullopt);
    EXPECT_EQ(instruction_length(bytes(0xB8, 1, 2, 3), 32), std::nullopt);
    EXPECT_EQ(instruction_length(bytes(0x0F), 32), std::nullopt);
    std::array<std::byte, 32> prefixes{};
    prefixes.fill(std::byte{0x66});
    EXPECT_EQ(instruction_length(prefixes, 64), std::nullopt);
}

/// True for the few instructions that Unicorn and the disassembler may see differently: vector instructions, which Unicorn has not,
/// jumps with an operand-size prefix in 64-bit code, which Intel and AMD read differently, AMD's EXTRQ, INSERTQ and 3DNow!, UD0,
/// UD1.
bool disputed(std::span<const std::byte> code, unsigned bits)
{
    const auto first = opcode(code, bits).value_or(std::byte{});
    for (const unsigned byte : {0x62u, 0x8Fu, 0xC4u, 0xC5u, 0xE8u, 0xE9u})
        if (first == std::byte{static_cast<unsigned char>(byte)}) return true;
    if (first != std::byte{0x0F}) return false;
    const auto at = std::ranges::find(code, first);
    const auto second = at + 1 < code.end() ? std::to_integer<unsigned>(at[1]) : 0;
    return (second & 0xF0) == 0x80 || second == 0x78 || second == 0x0F || second == 0xB9 || second == 0xFF;
}

TEST(SoftLength, AgreesWithTheDisassembler)
{
    constexpr int kTimes = 20'000;
    std::mt19937_64 random;  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same bytes each time
    int compared = 0;
    for (const unsigned bits : {16u, 32u, 64u}) {
        for (int i = 0; i < kTimes; ++i) {
            std::array<std::byte, kLongestInstruction + 1> code{};
            for (std::byte& byte : code) byte = static_cast<std::byte>(random());
            if (i % 3 == 0) code[0] = std::byte{0x0F};
            const auto known = debug::disassemble(code, 0, bits, 1);
            if (known.empty() || known[0].text == "(bad)" || disputed(code, bits)) continue;
            ++compared;
            EXPECT_EQ(instruction_length(code, bits), known[0].bytes.size())
                << bits << "-bit " << debug::hex_bytes(code) << ": " << known[0].text;
        }
    }
    EXPECT_GT(compared, kTimes);
}

}  // namespace
}  // namespace husk::soft
