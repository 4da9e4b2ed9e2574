#pragma once

#include "program/process/call.hpp"
#include "program/space/layout.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace husk::fuzz {

/// Where the guest of the fuzzer has memory.
inline constexpr std::uint64_t kPages = 0x10'0000, kPagesSize = 16 * 4096;
inline constexpr std::uint64_t kStack = kPages + 3 * 4096;  ///< frames of signals grow down from here
inline constexpr std::uint64_t kSlot = 64;                  ///< what is put there begins at multiples of this many bytes
inline constexpr std::uint64_t kReadOnly = 0x20'0000;       ///< a page

/// System calls out of bytes. A call is its number, of which the upper bit says that memory is filled before, and its arguments, a
/// byte each that says what kind of value, and, for most kinds, more bytes.
class CallScript {
public:
    explicit CallScript(std::span<const std::byte> bytes) : left_{bytes} {}

    bool ended() const { return left_.empty(); }

    struct Step {
        program::Call call;
        std::span<const std::byte> memory;  ///< what is put into memory first …
        std::uint64_t at = 0;               ///< … and where
    };
    Step next()
    {
        Step step;
        const std::uint64_t head = take(2);
        step.call.number = head & kNumbers;
        if ((head & kFills) != 0) {
            step.at = kPages + take(1) * kSlot;
            const std::size_t size = take(1);
            step.memory = left_.first(std::min(left_.size(), size));
            left_ = left_.subspan(step.memory.size());
        }
        for (std::uint64_t& argument : step.call.arguments) argument = value();
        return step;
    }

private:
    static constexpr std::uint64_t kNumbers = 0x1FF, kFills = 0x8000;

    std::uint64_t take(std::size_t bytes)
    {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < bytes && !left_.empty(); ++i, left_ = left_.subspan(1))
            value |= std::to_integer<std::uint64_t>(left_.front()) << 8 * i;
        return value;
    }

    std::uint64_t value()
    {
        using namespace program::layout;
        const std::uint64_t kind = take(1);
        switch (kind % 12) {
            case 0: return 0;
            case 1: return kPages + kind / 12 * kSlot;
            case 2: return kPages + take(1) * kSlot;
            case 3: return kPages + take(2) % kPagesSize;
            case 4: return kPages + kPagesSize - take(1) % 64;
            case 5: return kReadOnly + take(1) * 16;
            case 6: return kind / 12;
            case 7: return take(1);
            case 8: return take(4);
            case 9: return ~take(1);
            case 10: return odd(take(1));
            default: return take(8);
        }
    }

    static std::uint64_t odd(std::uint64_t which)
    {
        which %= kBad.size() + 1;
        return which == kBad.size() ? static_cast<std::uint64_t>(::getpid()) : kBad[which];
    }

    static constexpr std::array kBad = std::to_array<std::uint64_t>(
        {1, program::layout::kUserEnd - 4, program::layout::kUserEnd, program::layout::kHusk, program::layout::kHusk + 8,
         program::layout::kSpace - 4, program::layout::kSpace, 0x7F00'0000'0000, 0x7FFF'FFFF'FFFF'FFFF, 0x8000'0000'0000'0000,
         0xFFFF'8000'0000'0000, 0xFFFF'FFFF'FFFF'F000, 0x30'0000, 0x7FFF'FFFF, 0x8000'0000, 0x1'0000'0000, 1024, 200, 203});

    std::span<const std::byte> left_;
};

}  // namespace husk::fuzz
