#include "program/trace/text.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <vector>

#include "program/abi/names.hpp"

namespace husk::program {
namespace {

constexpr unsigned kFirstPrintable = 0x20;
constexpr unsigned kLastPrintable = 0x7E;

/// The letter behind the backslash of an escape; 0 if there is none.
char escape_of(unsigned byte)
{
    switch (byte) {
        case '"': return '"';
        case '\\': return '\\';
        case '\f': return 'f';
        case '\n': return 'n';
        case '\r': return 'r';
        case '\t': return 't';
        case '\v': return 'v';
        default: return 0;
    }
}

bool is_octal_digit(unsigned byte)
{
    return byte >= '0' && byte <= '7';
}

void append_quoted(std::string& text, unsigned byte, bool digit_follows)
{
    if (const char letter = escape_of(byte); letter != 0) {
        text += '\\';
        text += letter;
    } else if (byte >= kFirstPrintable && byte <= kLastPrintable) {
        text += static_cast<char>(byte);
    } else {
        // As short as it can be without swallowing a digit that follows.
        text += digit_follows ? fmt::format("\\{:03o}", byte) : fmt::format("\\{:o}", byte);
    }
}

}  // namespace

std::string address(std::uint64_t value)
{
    return value == 0 ? "NULL" : fmt::format("{:#x}", value);
}

std::string hexadecimal(std::uint64_t value)
{
    return value == 0 ? "0" : fmt::format("{:#x}", value);
}

std::string octal(std::uint64_t value)
{
    return value == 0 ? "000" : fmt::format("0{:02o}", value);
}

std::string file_mode(std::uint64_t value)
{
    constexpr std::uint64_t kPermissions = 0777;
    const std::uint64_t kind = value & ~kPermissions;
    return (kind == 0 ? "" : describe(Names::FileKind, kind) + "|") + octal(value & kPermissions);
}

std::string device(std::uint64_t value)
{
    return fmt::format("makedev({}, {})", hexadecimal(gnu_dev_major(value)), hexadecimal(gnu_dev_minor(value)));
}

void ListText::add(std::string_view item)
{
    if (full()) return;
    if (count_ > 0) text_ += ", ";
    text_ += count_ == most_ ? std::string_view{"..."} : item;
    ++count_;
}

std::string quote(std::span<const std::byte> bytes)
{
    std::string text = "\"";
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const bool digit_follows = i + 1 < bytes.size() && is_octal_digit(std::to_integer<unsigned>(bytes[i + 1]));
        append_quoted(text, std::to_integer<unsigned>(bytes[i]), digit_follows);
    }
    return text + '"';
}

std::string quote_hexadecimal(std::span<const std::byte> bytes)
{
    std::string text = "\"";
    for (const std::byte byte : bytes) text += fmt::format("\\x{:02x}", std::to_integer<unsigned>(byte));
    return text + '"';
}

std::optional<std::string> quote_bytes(const Look& look, std::uint64_t at, std::uint64_t size, bool text)
{
    std::vector<std::byte> bytes(static_cast<std::size_t>(std::min<std::uint64_t>(size, look.limits.text)));
    if (!bytes.empty() && !look.read(at, bytes)) return std::nullopt;
    return (text ? quote(bytes) : quote_hexadecimal(bytes)) + (size > bytes.size() ? "..." : "");
}

std::optional<std::string> quote_text(const Look& look, std::uint64_t at, std::size_t most)
{
    // Not across the end of a page before it is known that the string goes on there.
    constexpr std::uint64_t kPage = 4096;
    std::vector<std::byte> bytes;
    const std::size_t wanted = most + 1;
    while (bytes.size() < wanted) {
        const std::uint64_t from = at + bytes.size();
        const std::size_t piece = static_cast<std::size_t>(std::min<std::uint64_t>(wanted - bytes.size(), kPage - from % kPage));
        const std::size_t before = bytes.size();
        bytes.resize(before + piece);
        const std::span fresh = std::span{bytes}.subspan(before);
        if (!look.read(from, fresh)) return std::nullopt;
        const auto end = std::ranges::find(fresh, std::byte{0});
        if (end != fresh.end()) return quote(std::span{bytes}.first(before + static_cast<std::size_t>(end - fresh.begin())));
    }
    return quote(std::span{bytes}.first(most)) + "...";
}

}  // namespace husk::program
