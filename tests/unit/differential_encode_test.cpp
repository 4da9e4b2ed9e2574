// Bytes of instructions, as an assembler would write them.
#include "debug/disassemble.hpp"
#include "differential/encode.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace husk::test {
namespace {

std::string text(const Instruction& instruction, unsigned bits)
{
    const Code code = encode(instruction, bits);
    const auto found = debug::disassemble(code, 0, bits, 2);
    EXPECT_EQ(found.size(), 1u) << debug::hex_bytes(code);
    return found.front().text;
}

Instruction add(unsigned width, const ModRm& operands)
{
    return {.opcode = {0x01}, .operand_bits = width, .modrm = operands};
}

TEST(DifferentialEncode, WidthsOfOperands)
{
    const ModRm operands{.reg = reg::kCx, .rm = reg::kBx};
    EXPECT_EQ(text(add(16, operands), 16), "add bx, cx");
    EXPECT_EQ(text(add(32, operands), 16), "add ebx, ecx");
    EXPECT_EQ(text(add(16, operands), 32), "add bx, cx");
    EXPECT_EQ(text(add(64, operands), 64), "add rbx, rcx");
    EXPECT_EQ(text(add(64, {.reg = 9, .rm = 12u}), 64), "add r12, r9");
    EXPECT_THROW(encode(add(32, {.reg = 9, .rm = 1u}), 32), std::invalid_argument);
}

TEST(DifferentialEncode, AddressesOf16Bits)
{
    const auto at = [](Memory memory) {
        memory.address_bits = 16;
        return add(16, {.reg = reg::kAx, .rm = memory});
    };
    EXPECT_EQ(text(at({.base = reg::kBx, .index = reg::kSi}), 16), "add word ptr [bx + si], ax");
    EXPECT_EQ(text(at({.base = reg::kBp, .displacement = -2, .displacement_size = 1}), 16), "add word ptr [bp - 2], ax");
    EXPECT_EQ(text(at({.displacement = 0x1234, .displacement_size = 2}), 16), "add word ptr [0x1234], ax");
    EXPECT_THROW(encode(at({.base = reg::kAx}), 16), std::invalid_argument);
    EXPECT_THROW(encode(at({.base = reg::kBp}), 16), std::invalid_argument);
}

TEST(DifferentialEncode, AddressesOf32And64Bits)
{
    const auto at = [](const Memory& memory) { return add(32, {.reg = reg::kAx, .rm = memory}); };
    EXPECT_EQ(text(at({.base = reg::kBx, .index = reg::kCx, .scale = 2, .displacement = 8, .displacement_size = 1}), 32),
              "add dword ptr [ebx + ecx*4 + 8], eax");
    EXPECT_EQ(text(at({.index = reg::kDi, .scale = 3, .displacement = 0x10, .displacement_size = 4}), 32),
              "add dword ptr [edi*8 + 0x10], eax");
    EXPECT_EQ(text(at({.address_bits = 64, .base = reg::kSp}), 64), "add dword ptr [rsp], eax");
    EXPECT_EQ(text(at({.address_bits = 64, .base = 13, .index = 12, .displacement_size = 1}), 64),
              "add dword ptr [r13 + r12], eax");
    EXPECT_EQ(text(at({.address_bits = 64, .displacement = 0x1000, .displacement_size = 4}), 64), "add dword ptr [0x1000], eax");
    EXPECT_EQ(text(at({.address_bits = 64, .displacement = 0x10, .rip_relative = true}), 64), "add dword ptr [rip + 0x10], eax");
    EXPECT_EQ(text(at({.base = reg::kBx, .override = Seg::Fs}), 64), "add dword ptr fs:[ebx], eax");
    EXPECT_THROW(encode(at({.base = reg::kBx, .index = reg::kSp}), 32), std::invalid_argument);
}

TEST(DifferentialEncode, PrefixesAndImmediates)
{
    EXPECT_EQ(text({.opcode = {0xFF}, .lock = true, .modrm = {{0, Memory{.base = reg::kBx}}}}, 32), "lock inc dword ptr [ebx]");
    EXPECT_EQ(text({.opcode = {0xA5}, .repeat = 0xF3, .address_bits = 32}, 32), "rep movsd dword ptr es:[edi], dword ptr [esi]");
    EXPECT_EQ(text({.opcode = {0xB8}, .operand_bits = 64, .plus = 8, .immediates = {{0x1122'3344'5566'7788, 8}}}, 64),
              "movabs r8, 0x1122334455667788");
    EXPECT_EQ(text({.opcode = {0x88}, .operand_bits = 8, .rex = true, .modrm = {{reg::kSi, reg::kDi}}}, 64), "mov dil, sil");
    EXPECT_EQ(text({.opcode = {0x88}, .operand_bits = 8, .modrm = {{reg::kSi, reg::kDi}}}, 64), "mov bh, dh");
}

}  // namespace
}  // namespace husk::test
