// Which instruction turns on paging outside long mode.
#include "machine/legacy_paging.hpp"

#include "x86/modes.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

namespace husk::machine {
namespace {

constexpr std::uint64_t kPagingOn = 0x8000'0011;

CodeAt code(std::initializer_list<unsigned> bytes)
{
    CodeAt code;
    for (const unsigned byte : bytes) code.bytes.at(code.size++) = static_cast<std::byte>(byte);
    return code;
}

const x86::SystemRegisters kProtected = x86::protected_mode(0, 0).system;

TEST(LegacyPaging, IsTurnedOnByAMovToCr0)
{
    EXPECT_TRUE(turns_on_legacy_paging(code({0x0F, 0x22, 0xC0}), {.rax = kPagingOn}, kProtected));
    EXPECT_TRUE(turns_on_legacy_paging(code({0x0F, 0x22, 0xC0, 0xF4}), {.rax = kPagingOn}, kProtected));
    EXPECT_TRUE(turns_on_legacy_paging(code({0x0F, 0x22, 0x00}), {.rax = kPagingOn}, kProtected)) << "the mod field is ignored";
}

TEST(LegacyPaging, AnyRegisterMayHoldTheValue)
{
    using Registers = x86::Registers;
    constexpr std::array kOrder{&Registers::rax, &Registers::rcx, &Registers::rdx, &Registers::rbx,
                                &Registers::rsp, &Registers::rbp, &Registers::rsi, &Registers::rdi};
    for (unsigned number = 0; number < kOrder.size(); ++number) {
        Registers registers;
        const CodeAt mov = code({0x0F, 0x22, 0xC0 + number});
        EXPECT_FALSE(turns_on_legacy_paging(mov, registers, kProtected));
        registers.*kOrder.at(number) = kPagingOn;
        EXPECT_TRUE(turns_on_legacy_paging(mov, registers, kProtected)) << number;
    }
}

TEST(LegacyPaging, OtherInstructionsDoNot)
{
    const x86::Registers registers{.rax = kPagingOn};
    for (const auto& other : {code({}), code({0x0F}), code({0x0F, 0x22}), code({0xF4, 0x22, 0xC0}), code({0x0F, 0x20, 0xC0}),
                              code({0x0F, 0x22, 0xD8}), code({0x0F, 0x22, 0xE0}), code({0x90, 0x0F, 0x22, 0xC0})})
        EXPECT_FALSE(turns_on_legacy_paging(other, registers, kProtected));
}

TEST(LegacyPaging, IsNotLongModesNorOnAlready)
{
    const CodeAt mov = code({0x0F, 0x22, 0xC0});
    const x86::Registers registers{.rax = kPagingOn};
    x86::SystemRegisters entering_long = kProtected;
    entering_long.efer = x86::Efer::LME;
    EXPECT_FALSE(turns_on_legacy_paging(mov, registers, entering_long));
    EXPECT_FALSE(turns_on_legacy_paging(mov, registers, x86::paged_mode(0, 0, GuestPhys{0x2000}).system));
    EXPECT_FALSE(turns_on_legacy_paging(mov, registers, x86::real_mode(0, 0).system)) << "PG without PE is #GP";
}

}  // namespace
}  // namespace husk::machine
