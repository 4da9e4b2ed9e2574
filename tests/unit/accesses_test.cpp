// Where an instruction of 64-bit code is about to read and write.
#include "engine/accesses.hpp"

#include "support/engine_guest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace husk::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr std::uint64_t kFs = 0x10'0000'0000, kGs = 0x20'0000'0000;

x86::Registers registers()
{
    return {.rax = 0x1000,
            .rbx = 0x2000,
            .rcx = 2,
            .rdx = 3,
            .rsi = 0x3000,
            .rdi = 0x4000,
            .rsp = 0x7000,
            .rbp = 0x8000,
            .r8 = 0xF'0000'9000,
            .r15 = 0xA000,
            .rip = 0x40'0000};
}

std::vector<MemoryAccess> of(std::initializer_list<unsigned> bytes, const x86::Registers& with = registers())
{
    return accesses_of(test::code(bytes), with, kFs, kGs);
}

TEST(Accesses, OperandsInMemory)
{
    EXPECT_THAT(of({0x48, 0x8B, 0x03}), ElementsAre(MemoryAccess{0x2000, 8, false})) << "mov rax, [rbx]";
    EXPECT_THAT(of({0x88, 0x43, 0xFF}), ElementsAre(MemoryAccess{0x1FFF, 1, true})) << "mov [rbx-1], al";
    EXPECT_THAT(of({0x66, 0x89, 0x44, 0xCB, 0x10}), ElementsAre(MemoryAccess{0x2020, 2, true})) << "mov [rbx+rcx*8+16], ax";
    EXPECT_THAT(of({0x41, 0x8B, 0x00}), ElementsAre(MemoryAccess{0xF'0000'9000, 4, false})) << "mov eax, [r8]";
    EXPECT_THAT(of({0x67, 0x41, 0x8B, 0x00}), ElementsAre(MemoryAccess{0x9000, 4, false})) << "mov eax, [r8d]";
    EXPECT_THAT(of({0x01, 0x03}), ElementsAre(MemoryAccess{0x2000, 4, true})) << "add [rbx], eax";
    EXPECT_THAT(of({0xF0, 0x48, 0x0F, 0xB1, 0x0B}), ElementsAre(MemoryAccess{0x2000, 8, true})) << "lock cmpxchg [rbx], rcx";
    EXPECT_THAT(of({0x0F, 0x94, 0x03}), ElementsAre(MemoryAccess{0x2000, 1, true})) << "sete [rbx]";
    EXPECT_THAT(of({0xFF, 0x03}), ElementsAre(MemoryAccess{0x2000, 4, true})) << "inc dword [rbx]";
    EXPECT_THAT(of({0xF7, 0x1B}), ElementsAre(MemoryAccess{0x2000, 4, true})) << "neg dword [rbx]";
    EXPECT_THAT(of({0xD1, 0x23}), ElementsAre(MemoryAccess{0x2000, 4, true})) << "shl dword [rbx], 1";
    EXPECT_THAT(of({0xF7, 0x23}), ElementsAre(MemoryAccess{0x2000, 4, false})) << "mul dword [rbx]";
    EXPECT_THAT(of({0x87, 0x03}), ElementsAre(MemoryAccess{0x2000, 4, true})) << "xchg [rbx], eax";
    EXPECT_THAT(of({0x48, 0x0F, 0xC7, 0x0B}), ElementsAre(MemoryAccess{0x2000, 16, true})) << "cmpxchg16b [rbx]";
    EXPECT_THAT(of({0x85, 0x03}), ElementsAre(MemoryAccess{0x2000, 4, false})) << "test [rbx], eax";
    EXPECT_THAT(of({0x39, 0x03}), ElementsAre(MemoryAccess{0x2000, 4, false})) << "cmp [rbx], eax";
}

TEST(Accesses, AbsoluteRelativeAndInSegments)
{
    EXPECT_THAT(of({0x8B, 0x05, 0x10, 0, 0, 0}), ElementsAre(MemoryAccess{0x40'0016, 4, false})) << "mov eax, [rip+16]";
    EXPECT_THAT(of({0x8B, 0x04, 0x25, 0x34, 0x12, 0, 0}), ElementsAre(MemoryAccess{0x1234, 4, false})) << "mov eax, [0x1234]";
    EXPECT_THAT(of({0x64, 0x48, 0x8B, 0x04, 0x25, 0x28, 0, 0, 0}), ElementsAre(MemoryAccess{kFs + 0x28, 8, false}));
    EXPECT_THAT(of({0x65, 0x48, 0x8B, 0x03}), ElementsAre(MemoryAccess{kGs + 0x2000, 8, false}));
    EXPECT_THAT(of({0x2E, 0x48, 0x8B, 0x03}), ElementsAre(MemoryAccess{0x2000, 8, false})) << "the base of cs is none";
}

TEST(Accesses, TheStack)
{
    EXPECT_THAT(of({0x50}), ElementsAre(MemoryAccess{0x6FF8, 8, true})) << "push rax";
    EXPECT_THAT(of({0x66, 0x50}), ElementsAre(MemoryAccess{0x6FFE, 2, true})) << "push ax";
    EXPECT_THAT(of({0x58}), ElementsAre(MemoryAccess{0x7000, 8, false})) << "pop rax";
    EXPECT_THAT(of({0xC3}), ElementsAre(MemoryAccess{0x7000, 8, false})) << "ret";
    EXPECT_THAT(of({0xC9}), ElementsAre(MemoryAccess{0x8000, 8, false})) << "leave";
    EXPECT_THAT(of({0xE8, 0, 0, 0, 0}), ElementsAre(MemoryAccess{0x6FF8, 8, true})) << "call";
    EXPECT_THAT(of({0xFF, 0x13}), UnorderedElementsAre(MemoryAccess{0x2000, 8, false}, MemoryAccess{0x6FF8, 8, true}))
        << "call [rbx]";
    EXPECT_THAT(of({0xFF, 0x33}), UnorderedElementsAre(MemoryAccess{0x2000, 8, false}, MemoryAccess{0x6FF8, 8, true}))
        << "push [rbx]";
    EXPECT_THAT(of({0x8F, 0x03}), UnorderedElementsAre(MemoryAccess{0x2000, 8, true}, MemoryAccess{0x7000, 8, false}))
        << "pop [rbx]";
    EXPECT_THAT(of({0x9C}), ElementsAre(MemoryAccess{0x6FF8, 8, true})) << "pushfq";
}

TEST(Accesses, Strings)
{
    EXPECT_THAT(of({0xF3, 0xA4}), UnorderedElementsAre(MemoryAccess{0x3000, 1, false}, MemoryAccess{0x4000, 1, true}))
        << "rep movsb";
    EXPECT_THAT(of({0xF3, 0x48, 0xAB}), ElementsAre(MemoryAccess{0x4000, 8, true})) << "rep stosq";
    EXPECT_THAT(of({0xAC}), ElementsAre(MemoryAccess{0x3000, 1, false})) << "lodsb";
    EXPECT_THAT(of({0xA6}), UnorderedElementsAre(MemoryAccess{0x3000, 1, false}, MemoryAccess{0x4000, 1, false})) << "cmpsb";
    EXPECT_THAT(of({0xAE}), ElementsAre(MemoryAccess{0x4000, 1, false})) << "scasb";
}

TEST(Accesses, BitsFarAway)
{
    x86::Registers with = registers();
    with.rcx = 65;
    EXPECT_THAT(of({0x48, 0x0F, 0xAB, 0x0B}, with), ElementsAre(MemoryAccess{0x2008, 8, true})) << "bts [rbx], rcx";
    with.rcx = ~0ull;
    EXPECT_THAT(of({0x48, 0x0F, 0xA3, 0x0B}, with), ElementsAre(MemoryAccess{0x1FF8, 8, false})) << "bt [rbx], rcx";
    EXPECT_THAT(of({0x0F, 0xA3, 0x0B}, with), ElementsAre(MemoryAccess{0x1FFC, 4, false})) << "bt [rbx], ecx";
}

TEST(Accesses, VectorsAndAreas)
{
    EXPECT_THAT(of({0x0F, 0x11, 0x03}), ElementsAre(MemoryAccess{0x2000, 16, true})) << "movups [rbx], xmm0";
    EXPECT_THAT(of({0xC5, 0xFE, 0x6F, 0x03}), ElementsAre(MemoryAccess{0x2000, 32, false})) << "vmovdqu ymm0, [rbx]";
    EXPECT_THAT(of({0xDD, 0x03}), ElementsAre(MemoryAccess{0x2000, 8, false})) << "fld qword [rbx]";
    EXPECT_THAT(of({0xDD, 0x1B}), ElementsAre(MemoryAccess{0x2000, 8, true})) << "fstp qword [rbx]";
    EXPECT_THAT(of({0xD9, 0x3B}), ElementsAre(MemoryAccess{0x2000, 2, true})) << "fnstcw [rbx]";
    EXPECT_THAT(of({0x0F, 0xAE, 0x1B}), ElementsAre(MemoryAccess{0x2000, 4, true})) << "stmxcsr [rbx]";
    EXPECT_THAT(of({0x0F, 0xAE, 0x13}), ElementsAre(MemoryAccess{0x2000, 4, false})) << "ldmxcsr [rbx]";
    EXPECT_THAT(of({0x0F, 0xAE, 0x03}), ElementsAre(MemoryAccess{0x2000, 512, true})) << "fxsave [rbx]";
    EXPECT_THAT(of({0x0F, 0xAE, 0x0B}), ElementsAre(MemoryAccess{0x2000, 512, false})) << "fxrstor [rbx]";
    EXPECT_THAT(of({0x0F, 0xAE, 0x23}), ElementsAre(MemoryAccess{0x2000, 576, true})) << "xsave [rbx]";
    EXPECT_THAT(of({0x66, 0x0F, 0xF7, 0xC1}), ElementsAre(MemoryAccess{0x4000, 16, true})) << "maskmovdqu xmm0, xmm1";
}

TEST(Accesses, NoneWhereThereAreNone)
{
    EXPECT_THAT(of({0x48, 0x89, 0xC3}), IsEmpty()) << "mov rbx, rax";
    EXPECT_THAT(of({0x48, 0x8D, 0x03}), IsEmpty()) << "lea rax, [rbx]";
    EXPECT_THAT(of({0x0F, 0x1F, 0x00}), IsEmpty()) << "nop [rax]";
    EXPECT_THAT(of({0x0F, 0x18, 0x03}), IsEmpty()) << "prefetchnta [rbx]";
    EXPECT_THAT(of({0x06}), IsEmpty()) << "no instruction of 64-bit code";
    EXPECT_THAT(of({0x48}), IsEmpty()) << "half of one";
    EXPECT_THAT(of({}), IsEmpty());
    EXPECT_THAT(of({0xC4, 0xE2, 0x7D, 0x90, 0x04, 0x0B}), IsEmpty()) << "vpgatherdd ymm0, [rbx+ymm1], ymm0";
}

x86::SystemRegisters system_of(unsigned bits)
{
    x86::SystemRegisters system;
    system.cs.big = system.ss.big = bits == 32;
    system.cs.base = 0x1'0000;
    system.ss.base = 0x2'0000;
    system.ds.base = 0x3'0000;
    system.es.base = 0x4'0000;
    return system;
}

std::vector<MemoryAccess> in(unsigned bits, std::initializer_list<unsigned> bytes)
{
    x86::Registers with = registers();
    with.rbx = 0x7'2000;
    return accesses_of(test::code(bytes), with, system_of(bits));
}

TEST(Accesses, CodeOf16BitsHasSegmentsAndAddressesOf16Bits)
{
    EXPECT_THAT(in(16, {0x8B, 0x07}), ElementsAre(MemoryAccess{0x3'2000, 2, false})) << "mov ax, [bx]";
    EXPECT_THAT(in(16, {0x88, 0x42, 0xFF}), ElementsAre(MemoryAccess{0x2'AFFF, 1, true})) << "mov [bp+si-1], al";
    EXPECT_THAT(in(16, {0xA2, 0x34, 0x12}), ElementsAre(MemoryAccess{0x3'1234, 1, true})) << "mov [0x1234], al";
    EXPECT_THAT(in(16, {0x2E, 0x8B, 0x07}), ElementsAre(MemoryAccess{0x1'2000, 2, false})) << "mov ax, cs:[bx]";
    EXPECT_THAT(in(16, {0xAA}), ElementsAre(MemoryAccess{0x4'4000, 1, true})) << "stosb";
    EXPECT_THAT(in(16, {0x50}), ElementsAre(MemoryAccess{0x2'6FFE, 2, true})) << "push ax";
    EXPECT_THAT(in(16, {0x66, 0x50}), ElementsAre(MemoryAccess{0x2'6FFC, 4, true})) << "push eax";
    EXPECT_THAT(in(16, {0x60}), ElementsAre(MemoryAccess{0x2'6FF0, 16, true})) << "pusha";
    EXPECT_THAT(in(16, {0xCB}), ElementsAre(MemoryAccess{0x2'7000, 4, false})) << "retf";
    EXPECT_THAT(in(16, {0xCF}), ElementsAre(MemoryAccess{0x2'7000, 6, false})) << "iret";
}

TEST(Accesses, CodeOf32BitsHasSegments)
{
    EXPECT_THAT(in(32, {0x8B, 0x03}), ElementsAre(MemoryAccess{0xA'2000, 4, false})) << "mov eax, [ebx]";
    EXPECT_THAT(in(32, {0x89, 0x45, 0x08}), ElementsAre(MemoryAccess{0x2'8008, 4, true})) << "mov [ebp+8], eax";
    EXPECT_THAT(in(32, {0x67, 0x8B, 0x07}), ElementsAre(MemoryAccess{0x3'2000, 4, false})) << "mov eax, [bx]";
    EXPECT_THAT(in(32, {0x50}), ElementsAre(MemoryAccess{0x2'6FFC, 4, true})) << "push eax";
    EXPECT_THAT(in(32, {0x61}), ElementsAre(MemoryAccess{0x2'7000, 32, false})) << "popa";
    EXPECT_THAT(in(32, {0xE8, 0, 0, 0, 0}), ElementsAre(MemoryAccess{0x2'6FFC, 4, true})) << "call";
    EXPECT_THAT(in(32, {0x06}), ElementsAre(MemoryAccess{0x2'6FFC, 4, true})) << "push es";
    EXPECT_THAT(in(32, {0x48, 0x90}), IsEmpty()) << "dec eax";
}

}  // namespace
}  // namespace husk::engine
