#pragma once

#include "debug/gdb/packet.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace husk::debug::gdb {

/// Of threads, which count from 1; these two stand for more than one.
inline constexpr std::int64_t kAllThreads = -1, kAnyThread = 0;

/// Takes a packet's body apart from the left.
class Words {
public:
    explicit Words(std::string_view text) : rest_{text} {}

    bool done() const { return rest_.empty(); }
    std::string_view rest() const { return rest_; }
    bool skip(std::string_view prefix)
    {
        if (!rest_.starts_with(prefix)) return false;
        rest_.remove_prefix(prefix.size());
        return true;
    }
    /// All before `separator`, which is skipped; all there is if there is none.
    std::string_view until(char separator)
    {
        const auto end = rest_.find(separator);
        const auto word = rest_.substr(0, end);
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
        return word;
    }
    /// A hexadecimal number of at most 64 bits, as far as its digits go.
    std::optional<std::uint64_t> number()
    {
        constexpr std::size_t kMostDigits = 16;
        std::uint64_t value = 0;
        std::size_t count = 0;
        for (; count < rest_.size(); ++count) {
            const auto digit = hex_digit(rest_[count]);
            if (!digit) break;
            if (count == kMostDigits) return std::nullopt;
            value = value << 4 | *digit;
        }
        if (count == 0) return std::nullopt;
        rest_.remove_prefix(count);
        return value;
    }
    /// A thread's number, or -1 for all.
    std::optional<std::int64_t> thread()
    {
        if (skip("-1")) return kAllThreads;
        const auto value = number();
        if (!value || *value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
        return static_cast<std::int64_t>(*value);
    }

private:
    std::string_view rest_;
};

}  // namespace husk::debug::gdb
