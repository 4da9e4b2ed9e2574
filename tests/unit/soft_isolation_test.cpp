// A guest of the software engine reaches its memory and nothing else of the host's: the pages around each region are guarded, and a
// touch of one ends this process.
#include "engine/soft/vm.hpp"
#include "support/engine_guest.hpp"
#include "support/guards.hpp"
#include "x86/modes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

namespace husk {
namespace {

namespace exits = engine::exits;
using test::kCode;
using x86::Mode;

constexpr std::uint64_t kEnd = 2_MiB;  // of the guest's memory
constexpr std::uint64_t kLastByte = kEnd - 1;
using Addresses = std::initializer_list<std::uint64_t>;

struct Guarded {
    test::EngineGuest guest{soft::make_vm()};
    test::Guards guards{guest.memory()};
};
constexpr std::size_t kBothSides = 2;

/// The last of them is guarded on both sides, if that is to be had: where memory comes to lie is the host's to choose.
std::vector<std::unique_ptr<Guarded>> try_some()
{
    constexpr std::size_t kTries = 8;
    std::vector<std::unique_ptr<Guarded>> tried;
    do tried.push_back(std::make_unique<Guarded>());
    while (tried.size() < kTries && tried.back()->guards.count() < kBothSides);
    return tried;
}

class SoftIsolation : public testing::Test {
protected:
    void SetUp() override
    {
        if (tried.back()->guards.count() < kBothSides) GTEST_SKIP() << "something else lies right beside the guest's memory";
    }

    /// Runs, answering devices with ones, to the guest's end or to many exits.
    unsigned run()
    {
        constexpr unsigned kMost = 64;
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds{100};  // some run in circles
        for (unsigned count = 0; count < kMost; ++count) {
            engine::Exit exit = guest.run(deadline);
            if (auto* read = std::get_if<exits::MmioRead>(&exit)) {
                std::ranges::fill(read->data, std::byte{0xFF});
            } else if (!std::holds_alternative<exits::MmioWrite>(exit)) {
                return count;
            }
        }
        return kMost;
    }
    /// Runs `code` with RBX (and RSP, if the stack is to be there too) at `at`.
    unsigned run_at(Mode mode, std::initializer_list<unsigned> code, std::uint64_t at, bool stack = false)
    {
        guest.start(mode, code);
        auto registers = guest.registers();
        registers.rbx = registers.rdi = registers.rsi = at;
        registers.rcx = 64;
        if (stack) registers.rsp = at;
        guest.vcpu().set_registers(registers);
        auto system = guest.vcpu().system_registers();
        system.cr4 = system.cr4 | x86::Cr4::OSFXSR;
        guest.vcpu().set_system_registers(system);
        return run();
    }

    std::vector<std::unique_ptr<Guarded>> tried{try_some()};
    test::EngineGuest& guest{tried.back()->guest};
};

TEST_F(SoftIsolation, AccessesAcrossTheEndOfMemory)
{
    for (const Mode mode : {Mode::Protected, Mode::Long}) {
        for (const std::uint64_t before : Addresses{512, 496, 108, 16, 15, 10, 9, 8, 7, 4, 3, 2, 1, 0}) {
            const std::uint64_t at = kEnd - before;
            run_at(mode, {0x8B, 0x03, 0xF4}, at);                  // mov eax, [rbx]
            run_at(mode, {0x89, 0x03, 0xF4}, at);                  // mov [rbx], eax
            run_at(mode, {0xF0, 0x0F, 0xC1, 0x03, 0xF4}, at);      // lock xadd [rbx], eax
            run_at(mode, {0xF0, 0x0F, 0xC7, 0x0B, 0xF4}, at);      // lock cmpxchg8b [rbx]
            run_at(mode, {0x0F, 0x10, 0x03, 0xF4}, at);            // movups xmm0, [rbx]
            run_at(mode, {0x0F, 0x11, 0x03, 0xF4}, at);            // movups [rbx], xmm0
            run_at(mode, {0xDB, 0x3B, 0xF4}, at);                  // fstp tword [rbx]
            run_at(mode, {0x0F, 0xAE, 0x03, 0xF4}, at & ~0xFull);  // fxsave [rbx]
            run_at(mode, {0x0F, 0xAE, 0x0B, 0xF4}, at & ~0xFull);  // fxrstor [rbx]
            run_at(mode, {0xDD, 0x33, 0xF4}, at);                  // fnsave [rbx]
            run_at(mode, {0x0F, 0xB3, 0x0B, 0xF4}, at);            // btr [rbx], ecx
        }
    }
}

TEST_F(SoftIsolation, StringsAndStacksThatLeaveMemory)
{
    for (const Mode mode : {Mode::Protected, Mode::Long}) {
        for (const std::uint64_t at : {kEnd - 9, kEnd - 4, kEnd, std::uint64_t{3}}) {
            run_at(mode, {0xF3, 0xAA, 0xF4}, at);              // rep stosb
            run_at(mode, {0xF3, 0xA5, 0xF4}, at);              // rep movsd
            run_at(mode, {0xFD, 0xF3, 0xA5, 0xF4}, at);        // std; rep movsd
            run_at(mode, {0x50, 0x50, 0x50, 0xF4}, at, true);  // push, three times
            run_at(mode, {0x58, 0x58, 0x58, 0xF4}, at, true);  // pop
            run_at(mode, {0xC8, 0, 1, 31, 0xF4}, at, true);    // enter 256, 31
            run_at(mode, {0xCF}, at, true);                    // iret
        }
    }
}

TEST_F(SoftIsolation, CodeThatRunsOffTheEndOfMemory)
{
    for (const Mode mode : {Mode::Protected, Mode::Long}) {
        for (unsigned length = 1; length < 15; ++length) {
            guest.start(mode, {0xF4});
            // As many bytes of a long instruction as there are: mov rax, imm64 with prefixes.
            const auto tail = test::code({0x66, 0x66, 0x66, 0x66, 0x48, 0xB8, 1, 2, 3, 4, 5, 6, 7, 8});
            guest.write(kEnd - length, std::span{tail}.first(length));
            auto registers = guest.registers();
            registers.rip = kEnd - length;
            guest.vcpu().set_registers(registers);
            run();
        }
    }
}

TEST_F(SoftIsolation, DescriptorTablesOutsideOfMemory)
{
    for (const Mode mode : {Mode::Real, Mode::Protected, Mode::Long}) {
        for (const std::uint64_t base :
             Addresses{kEnd - 16, kEnd - 3, kEnd, 0xFFFF'FFF0ull, 1ull << 40, (1ull << 52) - 8, ~0ull - 4}) {
            guest.start(mode, {0x6A, 0x08, 0x1F, 0xCD, 0x80, 0x0F, 0x0B});  // push 8; pop ds; int 0x80; ud2
            auto system = guest.vcpu().system_registers();
            system.gdt = system.idt = {.base = base, .limit = 0xFFFF};
            system.tr.base = system.ldt.base = base;
            guest.vcpu().set_system_registers(system);
            run();
        }
    }
}

TEST_F(SoftIsolation, PageTablesOutsideOfMemory)
{
    for (const Mode mode : {Mode::Paged, Mode::Long}) {
        for (const std::uint64_t root :
             Addresses{kEnd - 0x1000, kEnd, 0xFFFF'F000ull, 1ull << 32, (1ull << 40) - 0x1000, 1ull << 40, (1ull << 52) - 0x1000}) {
            guest.start(mode, {0x8B, 0x03, 0x89, 0x03, 0xF4});
            auto system = guest.vcpu().system_registers();
            system.cr3 = root;
            guest.vcpu().set_system_registers(system);
            run();
        }
    }
}

/// Entries that point out of memory, to the processor's last page, beyond what it has, and beyond what any has.
TEST_F(SoftIsolation, PagesOutsideOfMemory)
{
    constexpr std::uint64_t kSecondPd = 0x4008, kTable = 0xC000;
    constexpr std::uint64_t kLinear = 2_MiB;
    for (const std::uint64_t page :
         Addresses{kEnd, kEnd - 0x1000, 0xFFFF'F000ull, (1ull << 40) - 0x1000, 1ull << 40, (1ull << 52) - 0x1000}) {
        for (const std::initializer_list<unsigned> code :
             {std::initializer_list<unsigned>{0x8B, 0x83, 0xFC, 0x0F, 0, 0, 0xF4},  // read
              {0x89, 0x83, 0xFD, 0x0F, 0, 0, 0xF4},                                 // write
              {0xFF, 0xE3}}) {                                                      // jump
            guest.start(Mode::Long, code);
            guest.store<std::uint64_t>(kSecondPd, kTable | 7);
            guest.store<std::uint64_t>(kTable, page | 7);
            guest.store<std::uint64_t>(kTable + 8, 0x7);
            auto registers = guest.registers();
            registers.rbx = kLinear;
            guest.vcpu().set_registers(registers);
            run();
        }
    }
}

TEST_F(SoftIsolation, NothingWasWrittenAtTheOtherEnd)
{
    // A linear address wraps at 4 GiB, a physical one does not: the last 4 bytes below 4 GiB are a hole, the first bytes are
    // memory.
    guest.store<std::uint64_t>(0, 0);
    run_at(Mode::Protected, {0x89, 0x03, 0xF4}, 0xFFFF'FFFC);
    EXPECT_EQ(guest.load<std::uint64_t>(0), 0u);
    EXPECT_EQ(guest.load<std::byte>(kLastByte), std::byte{0});
}

}  // namespace
}  // namespace husk
