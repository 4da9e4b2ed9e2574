// Code that changes under the software engine, which must never execute what is not there any more.
#include "engine/soft/decode/site_instruction.hpp"
#include "engine/soft/vm.hpp"
#include "support/engine_guest.hpp"

#include <gtest/gtest.h>

namespace husk {
namespace {

namespace exits = engine::exits;
using soft::SiteInstruction;
using x86::Mode;

class SoftCode : public testing::Test {
protected:
    test::EngineGuest guest{soft::make_vm()};
};

// A function at 0xA000: mov al, 1; ret.
constexpr std::array<unsigned, 3> kFunction{0xB0, 0x01, 0xC3};

TEST_F(SoftCode, WriteFromAnotherPageAfterAnExit)
{
    guest.start(Mode::Protected, {0xE8, 0xFB, 0x1F, 0,    0,           // call 0xA000
                                  0xE6, 0x10,                          // out 0x10, al: the TLB is emptied
                                  0xC6, 0x05, 0x01, 0xA0, 0, 0, 0x02,  // mov byte [0xA001], 2
                                  0xE8, 0xED, 0x1F, 0,    0,           // call 0xA000
                                  0xE6, 0x10, 0xF4});
    guest.write(0xA000, test::code({kFunction[0], kFunction[1], kFunction[2]}));
    EXPECT_EQ(test::number(guest.run_to<exits::PortOut>().data), 1u);
    EXPECT_EQ(test::number(guest.run_to<exits::PortOut>().data), 2u);
}

TEST_F(SoftCode, WriteThroughAnotherAddress)
{
    // 0x401000 and 0x1000 are the same page of memory, by a page directory of 4 MiB pages.
    guest.start(Mode::Paged, {0xE8, 0xFB, 0x1F, 0,    0,    0xE6, 0x10, 0xC6, 0x05, 0x01, 0xA0,
                              0x40, 0,    0x02, 0xE8, 0xED, 0x1F, 0,    0,    0xE6, 0x10, 0xF4});
    guest.write(0xA000, test::code({kFunction[0], kFunction[1], kFunction[2]}));
    guest.store<std::uint32_t>(0x2004, guest.load<std::uint32_t>(0x2000));
    EXPECT_EQ(test::number(guest.run_to<exits::PortOut>().data), 1u);
    EXPECT_EQ(test::number(guest.run_to<exits::PortOut>().data), 2u);
}

/// Unicorn 2.1.1 crashes, or loses the flags, once its code buffer is full.
TEST_F(SoftCode, MoreCodeThanTheBufferHolds)
{
    constexpr std::uint64_t kBegin = 0x1'0000, kEnd = 0x1F'FFF0;
    std::vector<std::byte> code(kEnd - kBegin);
    for (std::size_t i = 0; i < code.size(); i += 2) code[i] = std::byte{0x01}, code[i + 1] = std::byte{0x03};  // add [ebx], eax
    guest.write(kBegin, code);
    guest.store<std::uint8_t>(kEnd, 0xF4);
    guest.store<std::uint32_t>(test::kData, 0);
    guest.start(Mode::Protected, {0xF4});
    auto registers = guest.registers();
    registers.rip = kBegin;
    registers.rax = 1;
    registers.rbx = test::kData;
    guest.vcpu().set_registers(registers);
    guest.run_to<exits::Halt>();
    EXPECT_EQ(guest.load<std::uint32_t>(test::kData), code.size() / 2);
}

TEST_F(SoftCode, CopyOverCodeByOneStringInstruction)
{
    guest.start(Mode::Protected, {0xE8, 0xFB, 0x1F, 0, 0, 0xE6, 0x10, 0xF3, 0xA4,  // call; out; rep movsb
                                  0xE8, 0xF2, 0x1F, 0, 0, 0xE6, 0x10, 0xF4});
    guest.write(0xA000, test::code({kFunction[0], kFunction[1], kFunction[2]}));
    guest.write(0xB000, test::code({0xB0, 0x07, 0xC3}));
    auto registers = guest.registers();
    registers.rsi = 0xB000;
    registers.rdi = 0xA000;
    registers.rcx = 3;
    guest.vcpu().set_registers(registers);
    EXPECT_EQ(test::number(guest.run_to<exits::PortOut>().data), 1u);
    EXPECT_EQ(test::number(guest.run_to<exits::PortOut>().data), 7u);
    guest.run_to<exits::Halt>();
    EXPECT_EQ(guest.registers().rcx, 0u);
}

TEST_F(SoftCode, InstructionThatChangesTheNextOne)
{
    guest.start(Mode::Protected, {0xC6, 0x05, 0x08, 0x80, 0, 0, 0x2A, 0xB0, 0x00, 0xE6, 0x10, 0xF4});  // the operand of mov al
    EXPECT_EQ(test::number(guest.run_to<exits::PortOut>().data), 0x2Au);
}

TEST_F(SoftCode, DataBesideCode)
{
    guest.start(Mode::Long, {0xB9, 100, 0, 0, 0,                  // mov ecx, 100
                             0xFF, 0x04, 0x25, 0x00, 0x8F, 0, 0,  // again: inc dword [0x8F00]
                             0xFF, 0xC9, 0x75, 0xF5, 0xF4});      // dec ecx; jnz again
    guest.run_to<exits::Halt>();
    EXPECT_EQ(guest.load<std::uint32_t>(0x8F00), 100u);
}

std::optional<SiteInstruction> decode(std::initializer_list<unsigned> bytes, unsigned bits)
{
    return soft::decode_site_instruction(test::code(bytes), bits);
}

TEST(SiteInstruction, FormsAndPrefixes)
{
    const auto out = decode({0x66, 0xE7, 0x80}, 64);
    ASSERT_TRUE(out);
    EXPECT_EQ(out->kind, SiteInstruction::Kind::Out);
    EXPECT_EQ(out->width, 2);
    EXPECT_EQ(out->immediate, 0x80);
    EXPECT_EQ(out->size, 3);
    EXPECT_EQ(decode({0xED}, 16)->width, 2);
    EXPECT_EQ(decode({0x66, 0xED}, 16)->width, 4);
    EXPECT_EQ(decode({0x48, 0xEF}, 64)->width, 4);
    EXPECT_EQ(decode({0xF3, 0x67, 0x6E}, 32)->kind, SiteInstruction::Kind::StringOut);
    EXPECT_TRUE(decode({0xF0, 0xEC}, 32)->locked);
    EXPECT_EQ(decode({0xF4}, 16)->kind, SiteInstruction::Kind::Halt);
    EXPECT_EQ(decode({0xCD, 0x80}, 32)->kind, SiteInstruction::Kind::Interrupt);
    EXPECT_EQ(decode({0xCD, 0x80}, 32)->immediate, 0x80);
    EXPECT_EQ(decode({0x66, 0xCC}, 64)->size, 2);
    EXPECT_EQ(decode({0xCE}, 32)->kind, SiteInstruction::Kind::Overflow);
    EXPECT_EQ(decode({0x0F, 0x00, 0xD8}, 64)->kind, SiteInstruction::Kind::LoadTask);  // ltr ax
}

TEST(SiteInstruction, OthersAreNone)
{
    EXPECT_FALSE(decode({0x90}, 32));
    EXPECT_FALSE(decode({0x48, 0xEC}, 32));  // dec eax; the port is the next instruction's
    EXPECT_FALSE(decode({0xE6}, 32));        // cut short
    EXPECT_FALSE(decode({0xCD}, 32));
    EXPECT_FALSE(decode({0xCE}, 64));
    EXPECT_FALSE(decode({0x0F, 0x00, 0xD0}, 64));  // lldt ax
    EXPECT_FALSE(decode({0x0F, 0x00}, 64));
    EXPECT_FALSE(decode({}, 64));
    std::vector<std::byte> long_one(15, std::byte{0x66});
    long_one.push_back(std::byte{0xEC});
    EXPECT_FALSE(soft::decode_site_instruction(long_one, 32));  // longer than an instruction may be
}

}  // namespace
}  // namespace husk
