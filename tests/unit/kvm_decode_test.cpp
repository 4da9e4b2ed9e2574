// What the run page says, as an exit: every reason, and numbers that no kernel should give.
#include "engine/kvm/decode.hpp"

#include "support/bytes.hpp"
#include "x86/modes.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>

namespace husk::kvm {
namespace {

namespace exits = engine::exits;

class Decode : public testing::Test {
protected:
    static constexpr std::uint64_t kSize = 3 * kPageSize;

    Decode() { std::ranges::copy(test::pattern(kSize - sizeof(kvm_run)), page_.begin() + sizeof(kvm_run)); }

    kvm_run& run() { return *reinterpret_cast<kvm_run*>(page_.data()); }
    engine::Exit decode() { return kvm::decode(run(), page_); }
    template <typename Exit>
    Exit decode_as()
    {
        const auto exit = decode();
        EXPECT_TRUE(std::holds_alternative<Exit>(exit)) << exit.index();
        return std::get<Exit>(exit);
    }
    engine::Exit port(std::uint8_t direction, std::uint8_t size, std::uint32_t count, std::uint64_t offset)
    {
        run().exit_reason = KVM_EXIT_IO;
        run().io = {.direction = direction, .size = size, .port = 0x3F8, .count = count, .data_offset = offset};
        return decode();
    }
    std::string refusal() { return decode_as<exits::CannotExecute>().reason; }

    alignas(kvm_run) std::array<std::byte, kSize> page_{};
};

TEST_F(Decode, PortOutWithAllItsItems)
{
    const auto exit = std::get<exits::PortOut>(port(KVM_EXIT_IO_OUT, 2, 3, kPageSize));
    EXPECT_EQ(exit.port, 0x3F8);
    EXPECT_EQ(exit.width, 2);
    EXPECT_EQ(exit.data.data(), page_.data() + kPageSize);
    EXPECT_EQ(exit.data.size(), 6u);
}

TEST_F(Decode, PortInIsFilledInPlace)
{
    const auto exit = std::get<exits::PortIn>(port(KVM_EXIT_IO_IN, 4, 1, kPageSize));
    EXPECT_EQ(exit.width, 4);
    ASSERT_EQ(exit.data.size(), 4u);
    exit.data[3] = std::byte{0xEE};
    EXPECT_EQ(page_[kPageSize + 3], std::byte{0xEE});
}

TEST_F(Decode, PortDataMayEndWithThePage)
{
    EXPECT_EQ(std::get<exits::PortOut>(port(KVM_EXIT_IO_OUT, 1, kPageSize, 2 * kPageSize)).data.size(), kPageSize);
    EXPECT_EQ(std::get<exits::PortOut>(port(KVM_EXIT_IO_OUT, 1, 0, kSize)).data.size(), 0u);
}

TEST_F(Decode, PortDataOutsideThePageIsRefused)
{
    struct {
        std::uint8_t size;
        std::uint32_t count;
        std::uint64_t offset;
    } const wild[] = {{1, 1, kSize}, {1, 2, kSize - 1}, {4, 0x400, 2 * kPageSize + 1}, {4, 0xFFFF'FFFF, 0}, {1, 1, ~0ull},
                      {2, 1, ~0ull}, {1, 0, kSize + 1}, {4, 0x4000'0000, kPageSize},   {1, 1, 1ull << 63},  {1, kSize + 1, 0}};
    for (const auto& [size, count, offset] : wild) {
        const auto exit = port(KVM_EXIT_IO_OUT, size, count, offset);
        ASSERT_TRUE(std::holds_alternative<exits::CannotExecute>(exit)) << offset;
    }
    port(KVM_EXIT_IO_IN, 1, 2, kSize - 1);
    EXPECT_EQ(refusal(), "KVM_EXIT_IO with 2 items of 1 bytes at offset 0x2fff of the run page");
}

TEST_F(Decode, PortWidthsThatAreNoneAreRefused)
{
    for (const unsigned size : {0u, 3u, 5u, 8u, 255u})
        EXPECT_TRUE(
            std::holds_alternative<exits::CannotExecute>(port(KVM_EXIT_IO_IN, static_cast<std::uint8_t>(size), 1, kPageSize)))
            << size;
}

TEST_F(Decode, MmioBothWays)
{
    run().exit_reason = KVM_EXIT_MMIO;
    run().mmio.phys_addr = 0xFEC0'0000;
    run().mmio.len = 4;
    const auto read = decode_as<exits::MmioRead>();
    EXPECT_EQ(read.at, GuestPhys{0xFEC0'0000});
    EXPECT_EQ(read.data.data(), reinterpret_cast<std::byte*>(run().mmio.data));
    EXPECT_EQ(read.data.size(), 4u);
    run().mmio.is_write = 1;
    run().mmio.len = 8;
    EXPECT_EQ(decode_as<exits::MmioWrite>().data.size(), 8u);
}

TEST_F(Decode, MmioLongerThanItsDataIsCut)
{
    run().exit_reason = KVM_EXIT_MMIO;
    run().mmio.len = 9;
    EXPECT_EQ(decode_as<exits::MmioRead>().data.size(), 8u);
    run().mmio.len = ~0u;
    EXPECT_EQ(decode_as<exits::MmioRead>().data.size(), 8u);
}

TEST_F(Decode, Halt)
{
    run().exit_reason = KVM_EXIT_HLT;
    decode_as<exits::Halt>();
}

TEST_F(Decode, Shutdown)
{
    run().exit_reason = KVM_EXIT_SHUTDOWN;
    EXPECT_FALSE(decode_as<exits::Shutdown>().registers_lost);
}

TEST_F(Decode, Interruptions)
{
    for (const std::uint32_t reason : {KVM_EXIT_INTR, KVM_EXIT_IRQ_WINDOW_OPEN}) {
        run().exit_reason = reason;
        decode_as<exits::Interrupted>();
    }
}

TEST_F(Decode, Exception)
{
    run().exit_reason = KVM_EXIT_EXCEPTION;
    run().ex.exception = 13;
    run().ex.error_code = 0x10;
    EXPECT_EQ(decode_as<exits::Exception>().exception,
              (x86::Exception{.vector = 13, .has_error_code = true, .error_code = 0x10, .address = 0}));
}

TEST_F(Decode, FailedEntryTellsTheReason)
{
    run().exit_reason = KVM_EXIT_FAIL_ENTRY;
    run().fail_entry.hardware_entry_failure_reason = 0x8000'0021;
    EXPECT_EQ(refusal(), "the processor refuses this state (KVM_EXIT_FAIL_ENTRY, reason 0x80000021)");
}

TEST_F(Decode, InternalErrors)
{
    run().exit_reason = KVM_EXIT_INTERNAL_ERROR;
    run().internal.suberror = KVM_INTERNAL_ERROR_EMULATION;
    EXPECT_EQ(refusal(), "KVM's instruction emulator does not know this instruction");
    run().internal.suberror = KVM_INTERNAL_ERROR_DELIVERY_EV;
    EXPECT_EQ(refusal(), "KVM failed while it delivered an event to the guest");
    for (const std::uint32_t suberror : {0u, 2u, 4u, 0xFFFF'FFFFu}) {
        run().internal.suberror = suberror;
        EXPECT_EQ(refusal(), "KVM_EXIT_INTERNAL_ERROR, suberror " + std::to_string(suberror));
    }
}

TEST_F(Decode, EveryOtherReasonIsAValue)
{
    for (std::uint32_t reason = 0; reason < 64; ++reason) {
        switch (reason) {
            case KVM_EXIT_IO:
            case KVM_EXIT_MMIO:
            case KVM_EXIT_HLT:
            case KVM_EXIT_SHUTDOWN:
            case KVM_EXIT_INTR:
            case KVM_EXIT_IRQ_WINDOW_OPEN:
            case KVM_EXIT_EXCEPTION:
            case KVM_EXIT_FAIL_ENTRY:
            case KVM_EXIT_INTERNAL_ERROR: continue;
            default: break;
        }
        run().exit_reason = reason;
        EXPECT_EQ(refusal(), "KVM left the guest for reason " + std::to_string(reason) + ", which Husk does not know");
    }
    run().exit_reason = 0xFFFF'FFFF;
    EXPECT_NE(refusal(), "");
}

TEST(DecodeShutdown, ResetRegistersAreLost)
{
    // SDM Vol. 3A, "Processor State After Reset": CS base 0xFFFF0000, EIP 0xFFF0, real mode.
    x86::SystemRegisters system = x86::real_mode(0, 0).system;
    system.cs.base = 0xFFFF'0000;
    system.cs.selector = 0xF000;
    EXPECT_TRUE(shutdown(system, {.rip = 0xFFF0}).registers_lost);
}

TEST(DecodeShutdown, OthersAreAsTheyWere)
{
    x86::SystemRegisters system = x86::real_mode(0, 0).system;
    EXPECT_FALSE(shutdown(system, {.rip = 0xFFF0}).registers_lost) << "another CS";
    system.cs.base = 0xFFFF'0000;
    EXPECT_FALSE(shutdown(system, {.rip = 0xFFF1}).registers_lost);
    system.cr0 |= x86::Cr0::PE;
    EXPECT_FALSE(shutdown(system, {.rip = 0xFFF0}).registers_lost) << "protected mode";
}

}  // namespace
}  // namespace husk::kvm
