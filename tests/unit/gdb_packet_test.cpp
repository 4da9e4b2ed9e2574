#include "debug/gdb/packet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace husk::debug::gdb {
namespace {

using arrivals::Damaged;
using arrivals::Interrupt;
using arrivals::Packet;
using arrivals::Rejected;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<Arrival> all(PacketReader& reader)
{
    std::vector<Arrival> arrived;
    while (auto next = reader.next()) arrived.push_back(*std::move(next));
    return arrived;
}

std::vector<Arrival> read(std::string_view bytes, PacketReader reader = {})
{
    reader.feed(std::as_bytes(std::span{bytes}));
    return all(reader);
}

TEST(GdbPacket, IsFramedWithItsChecksum)
{
    EXPECT_EQ(frame("OK"), "$OK#9a");
    EXPECT_EQ(frame(""), "$#00");
}

TEST(GdbPacket, SpecialBytesAreEscaped)
{
    EXPECT_EQ(frame("}"), "$}]#da");
    for (const char* body : {"$", "#", "}", "*", "a}b#c$d*e", "}}"})
        EXPECT_THAT(read(frame(body)), ElementsAre(Arrival{Packet{body}})) << body;
    const std::string zero("\0\3", 2);
    EXPECT_THAT(read(frame(zero)), ElementsAre(Arrival{Packet{zero}})) << "a byte 3 within a packet is no interruption";
}

TEST(GdbPacket, ArrivesInPiecesOfAnySize)
{
    PacketReader reader;
    for (const char byte : std::string{"+$m10,4#f1\3$g#67"}) reader.feed(std::as_bytes(std::span{&byte, 1}));
    EXPECT_THAT(all(reader),
                ElementsAre(Arrival{Damaged{"a packet's checksum should be 2e"}}, Arrival{Interrupt{}}, Arrival{Packet{"g"}}));
}

TEST(GdbPacket, HalfOfOneIsNothingYet)
{
    PacketReader reader;
    reader.feed(std::as_bytes(std::span{std::string_view{"$g#6"}}));
    EXPECT_THAT(all(reader), IsEmpty());
    reader.feed(std::as_bytes(std::span{std::string_view{"7"}}));
    EXPECT_THAT(all(reader), ElementsAre(Arrival{Packet{"g"}}));
}

TEST(GdbPacket, WrongChecksumsAreDamage)
{
    EXPECT_THAT(read("$g#68"), ElementsAre(Arrival{Damaged{"a packet's checksum should be 67"}}));
    EXPECT_THAT(read("$g#zz"), ElementsAre(Arrival{Damaged{"a packet's checksum should be 67"}}));
    EXPECT_THAT(read("$g#68$g#67"), ElementsAre(testing::_, Arrival{Packet{"g"}})) << "the next is whole";
}

TEST(GdbPacket, TooLongOnesAreDamageAndDoNotGrow)
{
    const std::string longest(kLongestPacket, 'x'), longer(kLongestPacket + 1, 'x');
    EXPECT_THAT(read(frame(longest)), ElementsAre(Arrival{Packet{longest}}));
    EXPECT_THAT(read(frame(longer) + "$g#67"),
                ElementsAre(Arrival{Damaged{"a packet is longer than 16384 bytes"}}, Arrival{Packet{"g"}}));
}

TEST(GdbPacket, GarbageIsCountedUntilAPacketComes)
{
    PacketReader reader;
    reader.feed(std::as_bytes(std::span{std::string_view{"GET / HTTP/1.1\r\n"}}));
    EXPECT_EQ(reader.strange(), 16u);
    EXPECT_THAT(all(reader), IsEmpty());
    reader.feed(std::as_bytes(std::span{std::string_view{"$g#67"}}));
    EXPECT_EQ(reader.strange(), 0u);
}

TEST(GdbPacket, RejectionsAndInterruptionsAreApart)
{
    EXPECT_THAT(read("+-\3+"), ElementsAre(Arrival{Rejected{}}, Arrival{Interrupt{}}));
    PacketReader reader;
    reader.feed(std::as_bytes(std::span{std::string_view{"\3$g#67\3"}}));
    EXPECT_TRUE(reader.take_interrupts());
    EXPECT_FALSE(reader.take_interrupts());
    EXPECT_THAT(all(reader), ElementsAre(Arrival{Packet{"g"}}));
}

TEST(GdbHex, IsReadInEitherCaseAndWrittenInLower)
{
    EXPECT_EQ(to_hex("\x01\xAF"), "01af");
    EXPECT_EQ(from_hex("01Af"), "\x01\xAF");
    EXPECT_EQ(from_hex("1"), std::nullopt);
    EXPECT_EQ(from_hex("1g"), std::nullopt);
    EXPECT_EQ(hex_digit('/'), std::nullopt);
}

}  // namespace
}  // namespace husk::debug::gdb
