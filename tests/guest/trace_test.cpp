// What a trace file tells of a machine: the same on every engine.
#include "support/guest.hpp"
#include "support/temp_folder.hpp"
#include "support/trace_events.hpp"

#include <husk/trace_file.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

namespace husk::test {
namespace {

using nlohmann::json;
using testing::ElementsAre;

/// Answers with 0x11, 0x22 ….
class Answers final : public Device {
public:
    void read(std::uint64_t, std::span<std::byte> data) override
    {
        for (std::byte& byte : data) byte = std::byte{next_ = static_cast<std::uint8_t>(next_ + 0x11)};
    }
    std::optional<Stop> write(std::uint64_t, std::span<const std::byte>) override { return std::nullopt; }

private:
    std::uint8_t next_ = 0;
};

class TraceOfMachine : public testing::Test {
protected:
    MachineConfig config()
    {
        MachineConfig config;
        config.trace_file = trace_ = std::make_shared<TraceFile>(path_, "test");
        config.symbol_at = [this](GuestVirt at) {
            ++asked_;
            return fmt::format("code+{:#x}", at.value);
        };
        return config;
    }
    std::vector<json> events() { return closed_events(*trace_, path_); }

    TempFolder folder_;
    std::string path_ = folder_ / "trace.json";
    std::shared_ptr<TraceFile> trace_;
    int asked_ = 0;
};

TEST_F(TraceOfMachine, EachExitIsToldWithWhatWentThroughIt)
{
    constexpr auto code = bytes(0xB0, 'h', 0xE6, 0xE9,         // mov al, 'h'; out 0xE9, al
                                0xB0, 'i', 0xE6, 0xE9,         // mov al, 'i'; out 0xE9, al
                                0xE4, 0x60,                    // in al, 0x60
                                0xBB, 0x00, 0x00, 0x40, 0x00,  // mov ebx, 0x400000
                                0x67, 0x8B, 0x43, 0x08,        // mov eax, [ebx + 8]
                                0x67, 0x89, 0x43, 0x10,        // mov [ebx + 16], eax
                                0xF4);                         // hlt
    Answers answers;
    Guest guest{x86::Mode::Long, config()};
    guest.machine().attach(PortRange{0x60, 1}, answers);
    guest.machine().attach(MmioRange{GuestPhys{0x40'0000}, 0x1000}, answers);
    ASSERT_EQ(guest.with(code).run(), Stop{stops::Halted{}});
    EXPECT_EQ(guest.output(), "hi");

    const auto all = events();
    const auto exits = events_of(all, "exit");
    std::vector<std::string> names;
    for (const json& exit : exits) names.push_back(exit["name"]);
    ASSERT_THAT(names, ElementsAre("out 0xe9", "out 0xe9", "in 0x60", "mmio read 0x400000", "mmio write 0x400000", "halt"))
        << "each write to the console is an exit of its own";
    const auto argument = [&](std::size_t exit, const char* name) { return exits.at(exit)["args"][name]; };
    EXPECT_EQ(argument(0, "kind"), "out");
    EXPECT_EQ(argument(0, "port"), "0xe9");
    EXPECT_EQ(argument(0, "size"), 1);
    EXPECT_EQ(argument(0, "value"), "0x68");
    EXPECT_EQ(argument(1, "value"), "0x69");
    EXPECT_EQ(argument(2, "value"), "0x11") << "what the device answered";
    EXPECT_EQ(argument(3, "address"), "0x400008");
    EXPECT_EQ(argument(3, "size"), 4);
    EXPECT_EQ(argument(3, "value"), "0x55443322");
    EXPECT_EQ(argument(4, "address"), "0x400010");
    EXPECT_EQ(argument(4, "value"), "0x55443322");
    EXPECT_EQ(argument(5, "rip"), "0x17") << "that of HLT itself";
    EXPECT_EQ(argument(5, "symbol"), "code+0x17");
    EXPECT_EQ(events_of(all, "guest").size(), exits.size());
    EXPECT_EQ(events_of(all, "stop").at(0)["name"], "halted with interrupts off");
}

TEST_F(TraceOfMachine, StringInstructionsByTheirBytes)
{
    constexpr auto code = bytes(0xBE, 0x00, 0x10, 0x00, 0x00,  // mov esi, 0x1000
                                0xB9, 0x40, 0x00, 0x00, 0x00,  // mov ecx, 64
                                0x66, 0xBA, 0x00, 0x03,        // mov dx, 0x300
                                0xFC, 0xF3, 0x6E,              // cld; rep outsb
                                0xF4);                         // hlt
    Guest guest{x86::Mode::Long, config()};
    ASSERT_EQ(guest.with(code).run(), Stop{stops::Halted{}});
    std::uint64_t items = 0;
    for (const json& exit : events_of(events(), "exit")) {
        if (exit["args"]["kind"] != "out") continue;
        items += exit["args"]["count"].get<std::uint64_t>();
        EXPECT_TRUE(exit["args"].contains("value") || exit["args"].contains("bytes")) << exit;
    }
    EXPECT_EQ(items, 64u);
}

TEST_F(TraceOfMachine, InRealModeAPlaceIsLinear)
{
    constexpr auto code = bytes(0xEA, 0x00, 0x00, 0x00, 0x02);  // jmp 0x200:0
    constexpr auto far = bytes(0xE6, 0xE9, 0xF4);               // out 0xE9, al; hlt
    Guest guest{x86::Mode::Real, config()};
    ASSERT_TRUE(guest.machine().memory().write(GuestPhys{0x2000}, far));
    ASSERT_EQ(guest.with(code).run(), Stop{stops::Halted{}});
    const auto exits = events_of(events(), "exit");
    const json& halt = exits.back()["args"];
    EXPECT_EQ(halt["rip"], "0x2");
    EXPECT_EQ(halt["cs_base"], "0x2000");
    EXPECT_EQ(halt["symbol"], "code+0x2002");
}

TEST_F(TraceOfMachine, APlaceIsAskedForOnce)
{
    constexpr auto code = bytes(0xB9, 0x64, 0x00, 0x00, 0x00,  // mov ecx, 100
                                0xE6, 0xE9,                    // again: out 0xE9, al
                                0xFF, 0xC9, 0x75, 0xFA,        // dec ecx; jne again
                                0xF4);                         // hlt
    Guest guest{x86::Mode::Long, config()};
    ASSERT_EQ(guest.with(code).run(), Stop{stops::Halted{}});
    EXPECT_EQ(events_of(events(), "exit").size(), 101u);
    EXPECT_LE(asked_, 2);
}

TEST_F(TraceOfMachine, RunsOneAfterTheOtherAndMachinesSideBySide)
{
    constexpr auto code = bytes(0xF4, 0xE6, 0x80, 0xF4);  // hlt; out 0x80, al; hlt
    {
        Guest first{x86::Mode::Long, config()};
        MachineConfig same;
        same.trace_file = trace_;
        Guest second{x86::Mode::Long, std::move(same)};
        ASSERT_EQ(first.with(code).run(), Stop{stops::Halted{}});
        ASSERT_EQ(second.with(code).run(), Stop{stops::Halted{}});
        ASSERT_EQ(first.run(), Stop{stops::Halted{}});
    }
    std::map<int, std::size_t> exits;
    for (const json& exit : events_of(events(), "exit")) ++exits[exit["pid"].get<int>()];
    ASSERT_EQ(exits.size(), 2u) << "a process each";
    EXPECT_EQ(exits.begin()->second, 3u);
    EXPECT_EQ(exits.rbegin()->second, 1u);
}

TEST_F(TraceOfMachine, HowItStoppedIsTold)
{
    constexpr auto code = bytes(0xEB, 0xFE);  // jmp $
    Guest guest{x86::Mode::Long, config()};
    guest.with(code);
    EXPECT_EQ(guest.machine().run(std::chrono::milliseconds{20}), Stop{stops::OutOfTime{}});
    const auto all = events();
    EXPECT_EQ(events_of(all, "stop").at(0)["name"], describe(Stop{stops::OutOfTime{}}));
    EXPECT_EQ(events_of(all, "exit").back()["args"]["kind"], "interrupted");
}

}  // namespace
}  // namespace husk::test
