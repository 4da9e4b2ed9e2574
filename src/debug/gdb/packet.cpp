#include "debug/gdb/packet.hpp"

#include <fmt/format.h>

#include <utility>

namespace husk::debug::gdb {

namespace {

constexpr char kBegin = '$', kEnd = '#', kEscape = '}', kRepeat = '*', kInterrupt = 3, kAccepted = '+', kRejected = '-';
constexpr char kEscaped = 0x20;  // an escaped byte travels with this bit turned over
constexpr std::string_view kDigits = "0123456789abcdef";

std::string without_escapes(std::string_view raw)
{
    std::string body;
    body.reserve(raw.size());
    bool escaped = false;
    for (const char each : raw) {
        if (!escaped && each == kEscape) {
            escaped = true;
            continue;
        }
        body += escaped ? static_cast<char>(each ^ kEscaped) : each;
        escaped = false;
    }
    return body;
}

}  // namespace

void PacketReader::feed(std::span<const std::byte> bytes)
{
    for (const std::byte byte : bytes) take(static_cast<char>(byte));
}

std::optional<Arrival> PacketReader::next()
{
    if (arrived_.empty()) return std::nullopt;
    Arrival first = std::move(arrived_.front());
    arrived_.pop_front();
    return first;
}

bool PacketReader::take_interrupts()
{
    return std::erase_if(arrived_, [](const Arrival& each) { return std::holds_alternative<arrivals::Interrupt>(each); }) != 0;
}

void PacketReader::take(char byte)
{
    switch (within_) {
        case Within::Nothing:
            if (byte == kBegin) {
                raw_.clear();
                sum_ = 0;
                too_long_ = false;
                within_ = Within::Body;
            } else if (byte == kInterrupt) {
                arrived_.emplace_back(arrivals::Interrupt{});
            } else if (byte == kRejected) {
                arrived_.emplace_back(arrivals::Rejected{});
            } else if (byte != kAccepted) {
                ++strange_;
            }
            return;
        case Within::Body:
            if (byte == kEnd) {
                within_ = Within::FirstDigit;
                return;
            }
            sum_ = static_cast<std::uint8_t>(sum_ + static_cast<std::uint8_t>(byte));
            if (raw_.size() < kLongestPacket)
                raw_ += byte;
            else
                too_long_ = true;
            return;
        case Within::FirstDigit:
            first_digit_ = byte;
            within_ = Within::SecondDigit;
            return;
        case Within::SecondDigit: return finish(byte);
    }
}

void PacketReader::finish(char second)
{
    within_ = Within::Nothing;
    const auto high = hex_digit(first_digit_), low = hex_digit(second);
    if (!high || !low || *high * 16 + *low != sum_) {
        arrived_.emplace_back(arrivals::Damaged{fmt::format("a packet's checksum should be {:02x}", sum_)});
    } else if (too_long_) {
        arrived_.emplace_back(arrivals::Damaged{fmt::format("a packet is longer than {} bytes", kLongestPacket)});
    } else {
        strange_ = 0;
        arrived_.emplace_back(arrivals::Packet{without_escapes(raw_)});
    }
}

std::string frame(std::string_view body)
{
    std::string packet{kBegin};
    packet.reserve(body.size() + 4);
    for (const char each : body) {
        const bool special = each == kBegin || each == kEnd || each == kEscape || each == kRepeat;
        if (special) packet += kEscape;
        packet += special ? static_cast<char>(each ^ kEscaped) : each;
    }
    std::uint8_t sum = 0;
    for (const char each : std::string_view{packet}.substr(1))
        sum = static_cast<std::uint8_t>(sum + static_cast<std::uint8_t>(each));
    return packet + fmt::format("{}{:02x}", kEnd, sum);
}

std::string to_hex(std::span<const std::byte> bytes)
{
    std::string digits;
    digits.reserve(2 * bytes.size());
    for (const std::byte byte : bytes) {
        digits += kDigits[std::to_integer<unsigned>(byte >> 4)];
        digits += kDigits[std::to_integer<unsigned>(byte & std::byte{0xF})];
    }
    return digits;
}

std::string to_hex(std::string_view text)
{
    return to_hex(std::as_bytes(std::span{text}));
}

std::optional<unsigned> hex_digit(char digit)
{
    if (digit >= 'A' && digit <= 'F') digit = static_cast<char>(digit - 'A' + 'a');
    const auto at = kDigits.find(digit);
    if (at == std::string_view::npos) return std::nullopt;
    return static_cast<unsigned>(at);
}

std::optional<std::string> from_hex(std::string_view digits)
{
    if (digits.size() % 2 != 0) return std::nullopt;
    std::string bytes;
    bytes.reserve(digits.size() / 2);
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        const auto high = hex_digit(digits[i]), low = hex_digit(digits[i + 1]);
        if (!high || !low) return std::nullopt;
        bytes += static_cast<char>(*high * 16 + *low);
    }
    return bytes;
}

}  // namespace husk::debug::gdb
