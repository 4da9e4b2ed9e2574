#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "program/trace/result.hpp"
#include "program/trace/text.hpp"

namespace husk::program {
namespace {

constexpr std::uint64_t kBase = 0x7000;  // not the start of a page
constexpr std::uint64_t kPage = 4096;

/// Memory from kBase on that says how much of it was asked for.
struct Memory {
    std::string bytes;
    std::size_t asked = 0;
    Reader reader()
    {
        return [this](std::uint64_t at, std::span<std::byte> into) {
            asked += into.size();
            if (at < kBase || at - kBase > bytes.size() || into.size() > bytes.size() - (at - kBase)) return false;
            std::memcpy(into.data(), bytes.data() + (at - kBase), into.size());
            return true;
        };
    }
};

std::string quoted(std::string_view text)
{
    return quote(std::as_bytes(std::span{text}));
}

std::optional<std::string> text_at(Memory& memory, std::uint64_t at, std::size_t most)
{
    const Limits limits;
    const Reader read = memory.reader();
    return quote_text({read, limits}, at, most);
}
std::optional<std::string> bytes_at(Memory& memory, std::uint64_t at, std::uint64_t size)
{
    const Limits limits;
    const Reader read = memory.reader();
    return quote_bytes({read, limits}, at, size);
}

TEST(TraceText, EscapesAreAsShortAsTheyCanBe)
{
    EXPECT_EQ(quoted(""), R"("")");
    EXPECT_EQ(quoted("plain text ~"), R"("plain text ~")");
    EXPECT_EQ(quoted("\"\\\f\n\r\t\v"), R"("\"\\\f\n\r\t\v")");
    EXPECT_EQ(quoted(std::string_view{"\0\1\0331\0338\x7f\xff", 8}), R"("\0\1\0331\338\177\377")");
    EXPECT_EQ(quoted("\xC3\xA9"), R"("\303\251")");  // no byte of another alphabet reaches the terminal
    EXPECT_EQ(quoted("\x1b[31m"), R"("\33[31m")");   // nor does an escape sequence
    EXPECT_EQ(quote_hexadecimal(std::as_bytes(std::span{"A", 2})), R"("\x41\x00")");
}

TEST(TraceText, BuffersAreCutAtTheLimit)
{
    Memory memory{std::string(100, 'a')};
    EXPECT_EQ(bytes_at(memory, kBase, 32), '"' + std::string(32, 'a') + '"');
    EXPECT_EQ(bytes_at(memory, kBase, 33), '"' + std::string(32, 'a') + "\"...");
    EXPECT_EQ(bytes_at(memory, kBase, 0), R"("")");
}

TEST(TraceText, NoMoreIsReadThanIsPrintedHoweverMuchTheGuestSays)
{
    Memory memory{std::string(100, 'a')};
    EXPECT_EQ(bytes_at(memory, kBase, ~std::uint64_t{0}), '"' + std::string(32, 'a') + "\"...");
    EXPECT_EQ(memory.asked, 32U);
    EXPECT_EQ(bytes_at(memory, 0, ~std::uint64_t{0}), std::nullopt);
    EXPECT_EQ(bytes_at(memory, ~std::uint64_t{0}, 8), std::nullopt);
}

TEST(TraceText, StringsEndAtTheirZeroByteOrAtTheLimit)
{
    using namespace std::string_literals;
    Memory memory{"abc\0def"s + std::string(100, 'x') + "\0"s};
    memory.bytes.resize(kPage, 'x');
    EXPECT_EQ(text_at(memory, kBase, 32), R"("abc")");
    EXPECT_EQ(text_at(memory, kBase, 3), R"("abc")");
    EXPECT_EQ(text_at(memory, kBase, 2), R"("ab"...)");
    EXPECT_EQ(text_at(memory, kBase + 4, 5), R"("defxx"...)");
    EXPECT_EQ(text_at(memory, kBase + 3, 5), R"("")");
}

TEST(TraceText, StringsMayEndRightBeforeMemoryThatIsNotThere)
{
    Memory memory{std::string(kPage, 'x')};
    memory.bytes.back() = '\0';
    EXPECT_EQ(text_at(memory, kBase + kPage - 4, 32), R"("xxx")");
    memory.bytes.back() = 'x';
    EXPECT_EQ(text_at(memory, kBase + kPage - 4, 32), std::nullopt);
    EXPECT_EQ(text_at(memory, kBase + kPage - 4, 3), R"("xxx"...)");
    EXPECT_EQ(text_at(memory, ~std::uint64_t{0}, 32), std::nullopt);
}

TEST(TraceText, StringsMayCrossPages)
{
    Memory memory{std::string(3 * kPage, 'x')};
    memory.bytes[kPage + 2] = '\0';
    EXPECT_EQ(text_at(memory, kBase + kPage - 3, 32), R"("xxxxx")");
}

TEST(TraceText, Numbers)
{
    EXPECT_EQ(address(0), "NULL");
    EXPECT_EQ(address(0x7f00), "0x7f00");
    EXPECT_EQ(hexadecimal(0), "0");
    EXPECT_EQ(octal(0), "000");
    EXPECT_EQ(octal(7), "007");
    EXPECT_EQ(octal(022), "022");
    EXPECT_EQ(octal(04755), "04755");
    EXPECT_EQ(file_mode(0100644), "S_IFREG|0644");
    EXPECT_EQ(file_mode(0104755), "S_IFREG|S_ISUID|0755");
    EXPECT_EQ(file_mode(0755), "0755");
    EXPECT_EQ(device(0x103), "makedev(0x1, 0x3)");
}

TEST(TraceText, ListsAreCut)
{
    ListText list{2};
    EXPECT_EQ(list.text(), "[]");
    list.add("a");
    list.add("b");
    EXPECT_EQ(list.text(), "[a, b]");
    EXPECT_FALSE(list.full());
    list.add("c");
    EXPECT_TRUE(list.full());
    list.add("d");
    EXPECT_EQ(list.text(), "[a, b, ...]");
}

TEST(TraceResult, Values)
{
    EXPECT_EQ(format_result(Returns::Decimal, 832), "832");
    EXPECT_EQ(format_result(Returns::Decimal, -4096), "-4096");  // not an error: lseek may return any offset
    EXPECT_EQ(format_result(Returns::Hex, 0x7f00'0000'0000), "0x7f0000000000");
    EXPECT_EQ(format_result(Returns::Octal, 022), "022");
    EXPECT_EQ(format_result(Returns::FileFlags, 0x8002), "0x8002 (flags O_RDWR|O_LARGEFILE)");
    EXPECT_EQ(format_result(Returns::FileFlags, 0), "0 (flags O_RDONLY)");
    EXPECT_EQ(format_result(Returns::FdFlags, 0), "0");
    EXPECT_EQ(format_result(Returns::FdFlags, 1), "0x1 (flags FD_CLOEXEC)");
    EXPECT_EQ(format_result(Returns::None, 0), "?");
}

TEST(TraceResult, Failures)
{
    EXPECT_EQ(format_result(Returns::Decimal, -2), "-1 ENOENT (No such file or directory)");
    EXPECT_EQ(format_result(Returns::Hex, -12), "-1 ENOMEM (Cannot allocate memory)");
    EXPECT_EQ(format_result(Returns::Decimal, -600), "-1 ERRNO_600 (Unknown error 600)");
    EXPECT_EQ(format_result(Returns::Decimal, -4095), "-1 ERRNO_4095 (Unknown error 4095)");
    EXPECT_EQ(format_result(Returns::Decimal, -512), "? ERESTARTSYS (To be restarted if SA_RESTART is set)");
}

}  // namespace
}  // namespace husk::program
