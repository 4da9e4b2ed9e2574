// Bytes as instructions, in each width.
#include "debug/disassemble.hpp"

#include "support/bytes.hpp"

#include <gtest/gtest.h>

namespace husk::debug {
namespace {

using test::bytes;

/// The instructions, each followed by "; ".
std::string text(std::span<const std::byte> code, unsigned bits, std::size_t most = 16)
{
    std::string all;
    for (const Instruction& instruction : disassemble(code, 0x1000, bits, most)) all += instruction.text + "; ";
    return all;
}

TEST(Disassemble, TheSameBytesInEachWidth)
{
    constexpr auto code = bytes(0xB8, 0x2A, 0x00, 0x00, 0x00, 0xF4);
    EXPECT_EQ(text(code, 16, 1), "mov ax, 0x2a; ");
    EXPECT_EQ(text(code, 32), "mov eax, 0x2a; hlt; ");
    EXPECT_EQ(text(bytes(0x48, 0x89, 0xC3), 64), "mov rbx, rax; ");
    EXPECT_EQ(text(bytes(0x48, 0x89, 0xC3), 32), "dec eax; mov ebx, eax; ");
}

TEST(Disassemble, TellsAddressesAndBytes)
{
    constexpr auto code = bytes(0x90, 0xB0, 0x07, 0xF4);
    const auto all = disassemble(code, 0xFFFF'8000'0000'0000, 64, 16);
    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(all[1].address, 0xFFFF'8000'0000'0001u);
    EXPECT_EQ(hex_bytes(all[1].bytes), "B0 07");
    EXPECT_EQ(all[2].address, 0xFFFF'8000'0000'0003u);
}

TEST(Disassemble, JumpsAreRelativeToTheAddress)
{
    EXPECT_EQ(text(bytes(0xEB, 0xFE), 64), "jmp 0x1000; ");
}

TEST(Disassemble, StopsAtTheMostAsked)
{
    EXPECT_EQ(text(bytes(0x90, 0x90, 0x90), 64, 2), "nop; nop; ");
    EXPECT_EQ(text(bytes(0x90), 64, 0), "");
}

TEST(Disassemble, NothingIsNoInstruction)
{
    EXPECT_TRUE(disassemble({}, 0x1000, 64, 16).empty());
}

TEST(Disassemble, BadBytesEndIt)
{
    const auto all = disassemble(bytes(0x90, 0x06, 0x90), 0x1000, 64, 16);  // push es is no instruction in 64-bit code
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[1].text, "(bad)");
    EXPECT_EQ(all[1].address, 0x1001u);
    EXPECT_EQ(hex_bytes(all[1].bytes), "06");
    EXPECT_EQ(text(bytes(0x06), 32), "push es; ");
}

TEST(Disassemble, InstructionsThatAreCutShortAreBad)
{
    EXPECT_EQ(text(bytes(0xB8, 0x2A), 32), "(bad); ");
    EXPECT_EQ(text(bytes(0x0F), 64), "(bad); ");
}

TEST(Disassemble, PrefixesWithoutEndAreBad)
{
    const std::vector<std::byte> prefixes(64, std::byte{0x66});
    EXPECT_EQ(text(prefixes, 64), "(bad); ");
}

TEST(Disassemble, EveryByteIsSomething)
{
    for (unsigned bits : {16u, 32u, 64u})
        for (unsigned first = 0; first < 256; ++first) {
            std::vector<std::byte> code(15, std::byte{0x90});
            code[0] = static_cast<std::byte>(first);
            const auto all = disassemble(code, 0, bits, 1);
            ASSERT_EQ(all.size(), 1u);
            EXPECT_FALSE(all[0].text.empty());
            EXPECT_GE(all[0].bytes.size(), 1u);
        }
}

TEST(Disassemble, HexBytes)
{
    EXPECT_EQ(hex_bytes({}), "");
    EXPECT_EQ(hex_bytes(bytes(0x00)), "00");
    EXPECT_EQ(hex_bytes(bytes(0x48, 0x0F, 0xAB)), "48 0F AB");
}

}  // namespace
}  // namespace husk::debug
