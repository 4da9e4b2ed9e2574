// Instructions that Unicorn has not: named where a processor of today would execute them, #UD where none would.
#include "engine/soft/vm.hpp"
#include "support/engine_guest.hpp"

#include <gtest/gtest.h>

namespace husk {
namespace {

constexpr auto kEverything = x86::Cr4::OSFXSR | x86::Cr4::OSXMMEXCPT | x86::Cr4::OSXSAVE | x86::Cr4::FSGSBASE;
const std::string kInvalid = "triple fault";  // #UD without a handler

/// How a guest at ring 0 in long mode that has enabled `cr4` gets on with one instruction.
std::string outcome(const std::vector<std::byte>& instruction, Flags<x86::Cr4> cr4)
{
    test::EngineGuest guest{soft::make_vm()};
    auto code = instruction;
    code.push_back(std::byte{0xF4});
    guest.start(x86::Mode::Long, code);
    auto system = guest.vcpu().system_registers();
    system.cr4 |= cr4;
    guest.vcpu().set_system_registers(system);
    auto registers = guest.registers();
    registers.rax = registers.rdx = registers.rsi = registers.rdi = test::kData;
    guest.vcpu().set_registers(registers);
    return test::EngineGuest::describe(guest.run());
}

struct Case {
    const char* name;
    std::vector<std::byte> code;
};

TEST(SoftInvalid, WhatProcessorsHaveIsNamed)
{
    const std::vector<Case> cases{
        {"vaddps", test::code({0xC5, 0xF4, 0x58, 0xC9})},
        {"vpaddd", test::code({0x62, 0xF1, 0x7D, 0x48, 0xFE, 0xC0})},
        {"vzeroupper", test::code({0xC5, 0xF8, 0x77})},
        {"kmovw", test::code({0xC5, 0xF8, 0x92, 0xC8})},
        {"AVX", test::code({0xC4, 0xE2, 0x75, 0xDC, 0xC9})},  // vaesenc ymm1, ymm1, ymm1
        {"xsavec", test::code({0x0F, 0xC7, 0x20})},
        {"xbegin", test::code({0xC7, 0xF8, 0x00, 0x00, 0x00, 0x00})},
        {"sha1msg1", test::code({0x0F, 0x38, 0xC9, 0xC1})},
        {"invpcid", test::code({0x66, 0x0F, 0x38, 0x82, 0x08})},
        {"rdpmc", test::code({0x0F, 0x33})},
        {"rdpid", test::code({0xF3, 0x0F, 0xC7, 0xF8})},
        {"monitor", test::code({0x0F, 0x01, 0xC8})},
        {"clflushopt", test::code({0x66, 0x0F, 0xAE, 0x38})},
    };
    for (const auto& [name, code] : cases) EXPECT_EQ(outcome(code, kEverything), std::string{"the software engine has no "} + name);
}

TEST(SoftInvalid, WhatTheGuestHasNotEnabledIsInvalid)
{
    const std::vector<Case> cases{
        {"vaddps", test::code({0xC5, 0xF4, 0x58, 0xC9})},
        {"vzeroupper", test::code({0xC5, 0xF8, 0x77})},
        {"xsave", test::code({0x0F, 0xAE, 0x20})},
        {"xgetbv", test::code({0x0F, 0x01, 0xD0})},
        {"rdfsbase", test::code({0xF3, 0x0F, 0xAE, 0xC0})},
        {"addps", test::code({0x0F, 0x58, 0xC0})},
        {"aesenc", test::code({0x66, 0x0F, 0x38, 0xDC, 0xC1})},
    };
    for (const auto& [name, code] : cases) EXPECT_EQ(outcome(code, {}), kInvalid) << name;
}

TEST(SoftInvalid, WhatIsOfNoUseToAGuestOrNoInstructionIsInvalid)
{
    const std::vector<Case> cases{
        {"ud2", test::code({0x0F, 0x0B})},
        {"push es", test::code({0x06})},
        {"vmxon", test::code({0xF3, 0x0F, 0xC7, 0x30})},
        {"vmrun", test::code({0x0F, 0x01, 0xD8})},
        {"vmmcall", test::code({0x0F, 0x01, 0xD9})},
        {"encls", test::code({0x0F, 0x01, 0xCF})},
        {"getsec", test::code({0x0F, 0x37})},
        {"rsm", test::code({0x0F, 0xAA})},
        {"mov cr1, rax", test::code({0x0F, 0x22, 0xC8})},
        {"lock mov eax, eax", test::code({0xF0, 0x89, 0xC0})},
        {"pop with an extension", test::code({0x8F, 0x48, 0x00})},
    };
    for (const auto& [name, code] : cases) EXPECT_EQ(outcome(code, kEverything), kInvalid) << name;
}

TEST(SoftInvalid, WhatUnicornHasIsExecuted)
{
    const std::vector<Case> cases{
        {"xsave", test::code({0x31, 0xD2, 0xB8, 3, 0, 0, 0, 0x0F, 0xAE, 0x27})},  // of x87 and SSE, to [rdi]
        {"rdfsbase", test::code({0xF3, 0x0F, 0xAE, 0xC0})},
        {"andn", test::code({0xC4, 0xE2, 0x70, 0xF2, 0xD1})},
        {"crc32", test::code({0xF2, 0x0F, 0x38, 0xF1, 0xC8})},
        {"aesenc", test::code({0x66, 0x0F, 0x38, 0xDC, 0xC1})},
        {"endbr64", test::code({0xF3, 0x0F, 0x1E, 0xFA})},
        {"rdtscp", test::code({0x0F, 0x01, 0xF9})},
    };
    for (const auto& [name, code] : cases) EXPECT_EQ(outcome(code, kEverything), "HLT") << name;
}

}  // namespace
}  // namespace husk
