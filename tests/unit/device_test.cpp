// The devices that have but one register: the debug console and the exit port; and how items reach a device.
#include "device/debug_console.hpp"
#include "device/exit_port.hpp"
#include "support/bytes.hpp"
#include "support/recorder.hpp"

#include <gtest/gtest.h>

#include <array>

namespace husk {
namespace {

using test::as_bytes;

TEST(Device, TakesItemsOneByOne)
{
    test::Recorder device;
    EXPECT_FALSE(device.write_items(5, 2, as_bytes("abcd")));
    ASSERT_EQ(device.accesses.size(), 2u);
    EXPECT_EQ(device.accesses[0].offset, 5u);
    EXPECT_EQ(device.accesses[1], (test::Recorder::Access{5, {std::byte{'c'}, std::byte{'d'}}}));
}

TEST(Device, StopsAtTheItemThatSaysSo)
{
    test::Recorder device;
    device.stop_at = 2;
    EXPECT_EQ(device.write_items(0, 1, as_bytes("abcd")), Stop{stops::Exited{}});
    EXPECT_EQ(device.accesses.size(), 2u);
}

TEST(Device, NothingIsNoItem)
{
    test::Recorder device;
    EXPECT_FALSE(device.write_items(0, 1, {}));
    EXPECT_FALSE(device.write_items(0, 0, as_bytes("abcd")));
    EXPECT_FALSE(device.write_items(0, 8, as_bytes("abcd")));
    EXPECT_TRUE(device.accesses.empty());
}

TEST(Device, PartOfAnItemIsNone)
{
    test::Recorder device;
    EXPECT_FALSE(device.write_items(0, 4, as_bytes("abcdef")));
    EXPECT_EQ(device.accesses.size(), 1u);
}

TEST(DebugConsole, EveryByteIsOutput)
{
    test::Output output;
    device::DebugConsole console{output.sink()};
    for (const std::string_view text : {"H", "el", "lo, ", "world!\n\0"}) EXPECT_FALSE(console.write(0, as_bytes(text)));
    EXPECT_EQ(output.text, "Hello, world!\n");
}

TEST(DebugConsole, TakesAStringAtOnce)
{
    test::Output output;
    device::DebugConsole console{output.sink()};
    EXPECT_FALSE(console.write_items(0, 2, as_bytes("Hello!")));
    EXPECT_EQ(output.text, "Hello!");
    EXPECT_EQ(output.calls, 1u);
}

TEST(DebugConsole, TakesAnyByte)
{
    test::Output output;
    device::DebugConsole console{output.sink()};
    std::array<std::byte, 256> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all.at(i) = static_cast<std::byte>(i);
    console.write_items(0, 1, all);
    EXPECT_TRUE(std::ranges::equal(as_bytes(output.text), all));
}

TEST(DebugConsole, AnswersItsPort)
{
    device::DebugConsole console{nullptr};
    for (const std::size_t width : {1u, 2u, 4u}) {
        auto data = test::pattern(width);
        console.read(0, data);
        EXPECT_EQ(data, std::vector<std::byte>(width, std::byte{0xE9}));
    }
}

TEST(ExitPort, StopsWithTheCode)
{
    device::ExitPort port;
    EXPECT_EQ(port.write(0, as_bytes("\x2A")), Stop{stops::Exited{42}});
    EXPECT_EQ(port.write(0, as_bytes("\x34\x12")), Stop{stops::Exited{0x1234}});
    EXPECT_EQ(port.write(0, as_bytes("\x78\x56\x34\x12")), Stop{stops::Exited{0x1234'5678}});
    EXPECT_EQ(port.write(0, std::array<std::byte, 1>{}), Stop{stops::Exited{0}});
}

TEST(ExitPort, TakesFourBytesAtMost)
{
    device::ExitPort port;
    EXPECT_EQ(port.write(0, as_bytes("\1\2\3\4\5\6\7\x8")), Stop{stops::Exited{0x0403'0201}});
}

TEST(ExitPort, FirstOfAStringIsTheCode)
{
    device::ExitPort port;
    EXPECT_EQ(port.write_items(0, 1, as_bytes("\1\2\3")), Stop{stops::Exited{1}});
}

TEST(ExitPort, ReadsZero)
{
    device::ExitPort port;
    auto data = test::pattern(4);
    port.read(0, data);
    EXPECT_EQ(data, std::vector<std::byte>(4));
}

}  // namespace
}  // namespace husk
