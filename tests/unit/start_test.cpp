// Where things lie when a guest starts: page tables in memory, the stack, and what cannot be started.
#include "machine/start.hpp"

#include "support/errors.hpp"
#include "support/recorder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

namespace husk::machine {
namespace {

using x86::Mode;

constexpr std::array kModes{Mode::Real, Mode::Protected, Mode::Paged, Mode::Long};

class Start : public testing::Test {
protected:
    explicit Start(std::vector<MemoryRegion> regions = {{.base = {}, .size = 2_MiB}}) : memory_{regions} {}

    std::string refusal(Mode mode, std::uint64_t entry, std::optional<GuestPhys> stack = {})
    {
        return test::message_of<std::invalid_argument>([&] { layout_.start(mode, GuestPhys{entry}, stack); });
    }
    std::uint64_t entry_at(std::uint64_t at) { return memory_.load<std::uint64_t>(GuestPhys{at}).value(); }

    GuestMemory memory_;
    device::Bus mmio_{"address"};
    Layout layout_{memory_, mmio_};
    test::Recorder device_;
};

TEST_F(Start, TablesLieWhereTheSeedHasThem)
{
    EXPECT_EQ(layout_.start(Mode::Long, GuestPhys{0}, {}).system.cr3, 0x2000u);
    EXPECT_EQ(entry_at(0x2000), 0x3007u);
    EXPECT_EQ(entry_at(0x3000), 0x4007u);
    EXPECT_EQ(entry_at(0x4000), 0x87u);
    EXPECT_EQ(layout_.tables(Mode::Long).end, GuestPhys{0x5000});
    EXPECT_EQ(layout_.start(Mode::Paged, GuestPhys{0}, {}).system.cr3, 0x2000u);
    EXPECT_EQ(entry_at(0x2000), 0x87u);
    EXPECT_EQ(layout_.tables(Mode::Paged).end, GuestPhys{0x3000});
}

TEST_F(Start, TablesReplaceWhatWasThere)
{
    std::ranges::fill(memory_.regions()[0].host, std::byte{0xA5});
    layout_.start(Mode::Long, GuestPhys{0}, {});
    for (const std::uint64_t at : {0x2008u, 0x2FF8u, 0x3008u, 0x4FF8u}) EXPECT_EQ(entry_at(at), 0u);
    EXPECT_EQ(entry_at(0x1FF8), 0xA5A5'A5A5'A5A5'A5A5u);
    EXPECT_EQ(entry_at(0x5000), 0xA5A5'A5A5'A5A5'A5A5u);
}

TEST_F(Start, ModesWithoutPagingWriteNothing)
{
    for (const Mode mode : {Mode::Real, Mode::Protected}) {
        EXPECT_EQ(layout_.tables(mode).end, GuestPhys{0});
        layout_.start(mode, GuestPhys{0}, {});
    }
    EXPECT_TRUE(std::ranges::all_of(memory_.regions()[0].host, [](std::byte byte) { return byte == std::byte{0}; }));
}

TEST_F(Start, StackIsTheEndOfMemoryUnlessSaid)
{
    for (const Mode mode : kModes)
        EXPECT_EQ(layout_.start(mode, GuestPhys{0x8000}, {}).registers.rsp, mode == Mode::Real ? 0 : 2_MiB);
    EXPECT_EQ(layout_.start(Mode::Long, GuestPhys{0x8000}, GuestPhys{0x7000}).registers.rsp, 0x7000u);
}

TEST_F(Start, DevicesAreMappedToo)
{
    mmio_.attach({0xFEC0'0000, 0x1000}, device_);
    EXPECT_EQ(layout_.tables(Mode::Long).end, GuestPhys{0x6000}) << "a second PD";
    EXPECT_EQ(layout_.tables(Mode::Paged).entries.back(), (x86::TableEntry{GuestPhys{0x2FEC}, 0xFEC0'0087}));
}

TEST_F(Start, EntryMustBeInMemory)
{
    EXPECT_EQ(refusal(Mode::Long, 2_MiB - 1), "");
    EXPECT_EQ(refusal(Mode::Long, 2_MiB), "entry 0x200000 is not in the guest's memory");
    EXPECT_EQ(refusal(Mode::Protected, 4_GiB - 1), "entry 0xffffffff is not in the guest's memory");
}

TEST_F(Start, EntryMustNotBeInThePageTables)
{
    EXPECT_EQ(refusal(Mode::Long, 0x2000), "entry 0x2000 is in the page tables, which end at 0x5000");
    EXPECT_NE(refusal(Mode::Long, 0x4FFF), "");
    EXPECT_NE(refusal(Mode::Paged, 0x2FFF), "");
    EXPECT_EQ(refusal(Mode::Long, 0x1FFF), "");
    EXPECT_EQ(refusal(Mode::Long, 0x5000), "");
    EXPECT_EQ(refusal(Mode::Protected, 0x2000), "");
}

TEST_F(Start, EntryMustBeInReach)
{
    EXPECT_EQ(refusal(Mode::Real, 1_MiB - 1), "");
    EXPECT_EQ(refusal(Mode::Real, 1_MiB), "entry 0x100000 is beyond what real mode reaches (0x100000)");
    EXPECT_EQ(refusal(Mode::Protected, 4_GiB), "entry 0x100000000 is beyond what protected mode reaches (0x100000000)");
    EXPECT_NE(refusal(Mode::Paged, 4_GiB), "");
    EXPECT_NE(refusal(Mode::Long, 1ull << 47), "");
    for (const Mode mode : kModes) EXPECT_NE(refusal(mode, ~0ull), "");
}

TEST_F(Start, StackMayEndWhereTheModesReachDoes)
{
    EXPECT_EQ(refusal(Mode::Real, 0, GuestPhys{1_MiB}), "");
    EXPECT_EQ(refusal(Mode::Real, 0, GuestPhys{1_MiB + 1}), "stack 0x100001 is beyond what real mode reaches (0x100000)");
    EXPECT_EQ(refusal(Mode::Protected, 0, GuestPhys{4_GiB}), "");
    EXPECT_NE(refusal(Mode::Paged, 0, GuestPhys{4_GiB + 1}), "");
    EXPECT_EQ(refusal(Mode::Long, 0, GuestPhys{1ull << 47}), "");
    EXPECT_NE(refusal(Mode::Long, 0, GuestPhys{(1ull << 47) + 1}), "");
}

TEST_F(Start, NoSuchMode)
{
    EXPECT_NE(refusal(static_cast<Mode>(4), 0), "");
}

class StartSmall : public Start {
protected:
    StartSmall() : Start{{{.base = {}, .size = 0x4000}}} {}
};

TEST_F(StartSmall, TablesMustBeInMemory)
{
    EXPECT_EQ(refusal(Mode::Long, 0), "the page tables need 0x3000 bytes of memory at 0x2000");
    EXPECT_EQ(refusal(Mode::Paged, 0), "");
    EXPECT_EQ(layout_.start(Mode::Real, GuestPhys{0}, {}).registers.rsp, 0x4000u);
}

class StartHigh : public Start {
protected:
    StartHigh() : Start{{{.base = GuestPhys{1_MiB}, .size = 1_MiB}}} {}
};

TEST_F(StartHigh, NothingIsBelow)
{
    EXPECT_EQ(refusal(Mode::Long, 1_MiB), "the page tables need 0x3000 bytes of memory at 0x2000");
    EXPECT_EQ(refusal(Mode::Protected, 1_MiB), "");
    EXPECT_NE(refusal(Mode::Protected, 0), "");
}

class StartNowhere : public Start {
protected:
    StartNowhere() : Start{std::vector<MemoryRegion>{}} {}
};

TEST_F(StartNowhere, CannotBe)
{
    for (const Mode mode : kModes) EXPECT_EQ(refusal(mode, 0), "entry 0x0 is not in the guest's memory");
}

}  // namespace
}  // namespace husk::machine
