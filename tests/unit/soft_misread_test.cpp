// Which instructions Unicorn must not be shown, because it takes them for others or dies of them.
#include "engine/soft/decode/misread.hpp"

#include "engine/soft/vm.hpp"
#include "support/bytes.hpp"
#include "support/engine_guest.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace husk::soft {
namespace {

using test::bytes;

TEST(SoftMisread, LockBelongsToWritesOfMemory)
{
    EXPECT_FALSE(is_misread(bytes(0xF0, 0x01, 0x00), 64));              // lock add [rax], eax
    EXPECT_FALSE(is_misread(bytes(0xF0, 0x48, 0x0F, 0xC7, 0x08), 64));  // lock cmpxchg16b [rax]
    EXPECT_FALSE(is_misread(bytes(0xF0, 0x0F, 0xBA, 0x28, 0x01), 32));  // lock bts dword [eax], 1
    EXPECT_FALSE(is_misread(bytes(0xF0, 0xFF, 0x00), 16));              // lock inc word [bx + si]
    EXPECT_TRUE(is_misread(bytes(0xF0, 0x01, 0xC0), 64));               // lock add eax, eax
    EXPECT_TRUE(is_misread(bytes(0xF0, 0x89, 0x00), 64));               // lock mov [rax], eax
    EXPECT_TRUE(is_misread(bytes(0xF0, 0x83, 0x38, 0x01), 64));         // lock cmp dword [rax], 1
    EXPECT_TRUE(is_misread(bytes(0xF0, 0x0F, 0xA3, 0x08), 64));         // lock bt [rax], ecx
    EXPECT_TRUE(is_misread(bytes(0x66, 0xF0, 0x2E, 0x90), 32));         // lock nop
}

TEST(SoftMisread, VexIsForGeneralRegistersOnly)
{
    EXPECT_FALSE(is_misread(bytes(0xC4, 0xE2, 0x70, 0xF2, 0xD1), 64));        // andn
    EXPECT_FALSE(is_misread(bytes(0xC4, 0xE3, 0x7B, 0xF0, 0xC2, 0x01), 64));  // rorx
    EXPECT_TRUE(is_misread(bytes(0xC5, 0xF8, 0x77), 64));                     // vzeroupper
    EXPECT_TRUE(is_misread(bytes(0xC5, 0xF8, 0x92, 0xC8), 32));               // kmovw k1, eax
    EXPECT_FALSE(is_misread(bytes(0xC5, 0x38), 32));                          // lds edi, [eax]
}

TEST(SoftMisread, ExtensionsOfModRm)
{
    EXPECT_FALSE(is_misread(bytes(0x8F, 0x00), 64));                   // pop [rax]
    EXPECT_TRUE(is_misread(bytes(0x8F, 0xEA, 0x78, 0x10, 0xC8), 64));  // XOP
    EXPECT_FALSE(is_misread(bytes(0xC7, 0x00, 1, 0, 0, 0), 64));       // mov dword [rax], 1
    EXPECT_TRUE(is_misread(bytes(0xC7, 0xF8, 0, 0, 0, 0), 64));        // xbegin
    EXPECT_TRUE(is_misread(bytes(0xC6, 0xF8, 1), 64));                 // xabort
}

TEST(SoftMisread, NothingIsReadBeyondTheEnd)
{
    EXPECT_FALSE(is_misread({}, 64));
    EXPECT_FALSE(is_misread(bytes(0xF0), 64));
    EXPECT_TRUE(is_misread(bytes(0xC4), 64));
}

/// What comes before what is fatal is executed; then there is #UD, and without a handler the end.
TEST(SoftMisread, TheGuestIsStoppedAtWhatIsFatal)
{
    for (const auto mode : {x86::Mode::Real, x86::Mode::Protected, x86::Mode::Long}) {
        test::EngineGuest guest{make_vm()};
        guest.start(mode, {0xB0, 7,                 // mov al, 7
                           0x04, 1,                 // add al, 1
                           0xF0, 0x0F, 0xAB, 0xC1,  // lock bts ecx, eax
                           0xF4});
        if (mode == x86::Mode::Real) {
            guest.store<std::uint16_t>(6 * 4, 0x9000);  // the handler of #UD
            guest.store<std::uint16_t>(6 * 4 + 2, 0);
            guest.store<std::uint8_t>(0x9000, 0xF4);
            guest.run_to<engine::exits::Halt>();
        } else {
            guest.run_to<engine::exits::Shutdown>();
            EXPECT_EQ(guest.registers().rip, test::kCode + 4);
        }
        EXPECT_EQ(guest.registers().rax & 0xFF, 8u);
    }
}

}  // namespace
}  // namespace husk::soft
