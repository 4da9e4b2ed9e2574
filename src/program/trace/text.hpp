#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "program/trace/reader.hpp"

/// Numbers, bytes and strings as strace writes them.
namespace husk::program {

/// "NULL" or "0x7f…".
std::string address(std::uint64_t value);
/// "0" or "0x…".
std::string hexadecimal(std::uint64_t value);
/// "0644"; "000" for none.
std::string octal(std::uint64_t value);
/// "S_IFREG|0644".
std::string file_mode(std::uint64_t value);
/// "makedev(0x1, 0x3)".
std::string device(std::uint64_t value);
/// "[1, 2, 3]" or "[1, 2, ...]" of texts.
class ListText {
public:
    explicit ListText(std::size_t most) : most_{most} {}
    bool full() const { return count_ > most_; }
    void add(std::string_view item);
    std::string text() const { return text_ + "]"; }

private:
    std::string text_ = "[";
    std::size_t most_;
    std::size_t count_ = 0;
};

/// In quotes, with escapes in octal.
std::string quote(std::span<const std::byte> bytes);
/// In quotes, every byte in hexadecimal.
std::string quote_hexadecimal(std::span<const std::byte> bytes);

/// The first bytes of a buffer that has `size` of them, in quotes, with "..." if there are more; none if they cannot be read.
std::optional<std::string> quote_bytes(const Look& look, std::uint64_t at, std::uint64_t size, bool text = true);
/// Bytes of a path, without the zero byte at its end.
inline constexpr std::size_t kLongestPath = 4095;

/// A string that ends with a zero byte, in quotes, with "..." if it has more than `most` bytes; none if it cannot be read.
std::optional<std::string> quote_text(const Look& look, std::uint64_t at, std::size_t most);

}  // namespace husk::program
