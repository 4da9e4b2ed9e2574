#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

/// GDB's remote protocol as bytes: "Debugging with GDB", appendix E, "Overview" (E.1) and "Packet Acknowledgment" (E.11).
namespace husk::debug::gdb {

/// The longest packet that is taken, and that the debugger is told of, in bytes of its body as they travel.
inline constexpr std::size_t kLongestPacket = 0x4000;

/// What came over the line.
namespace arrivals {

/// $BODY#checksum, whole, the body without its escapes.
struct Packet {
    std::string body;
    bool operator==(const Packet&) const = default;
};
/// A packet whose checksum is wrong, or that is longer than kLongestPacket.
struct Damaged {
    std::string why;
    bool operator==(const Damaged&) const = default;
};
/// Byte 3: the debugger wants the guest to stop.
struct Interrupt {
    bool operator==(const Interrupt&) const = default;
};
/// "-": the last answer did not get through.
struct Rejected {
    bool operator==(const Rejected&) const = default;
};

}  // namespace arrivals

using Arrival = std::variant<arrivals::Packet, arrivals::Damaged, arrivals::Interrupt, arrivals::Rejected>;

/// Takes apart what comes, in pieces of any size.
class PacketReader {
public:
    void feed(std::span<const std::byte> bytes);
    /// The next, if one is whole.
    std::optional<Arrival> next();

    /// True if interruptions have come, which are taken; what else has come stays.
    bool take_interrupts();

    /// How many bytes in a row were none of the protocol's: what sends many is no debugger.
    std::size_t strange() const { return strange_; }

private:
    enum class Within : std::uint8_t { Nothing, Body, FirstDigit, SecondDigit };

    void take(char byte);
    void finish(char second);

    std::deque<Arrival> arrived_;
    Within within_ = Within::Nothing;
    std::string raw_;  ///< the body as it travelled, at most kLongestPacket of it
    bool too_long_ = false;
    std::uint8_t sum_ = 0;
    char first_digit_ = 0;
    std::size_t strange_ = 0;
};

/// A packet around `body`, with the escapes that it needs.
std::string frame(std::string_view body);

/// Lower-case hexadecimal digits, two a byte.
std::string to_hex(std::span<const std::byte> bytes);
std::string to_hex(std::string_view text);
/// Nothing if that is not made of such digits.
std::optional<std::string> from_hex(std::string_view digits);
/// The value of one digit; nothing if it is none.
std::optional<unsigned> hex_digit(char digit);

}  // namespace husk::debug::gdb
