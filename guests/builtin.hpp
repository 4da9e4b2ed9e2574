#pragma once

#include <husk/x86.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

/// The four guests built into the command: one a mode, each printing "Hello, world!" and answering 42.
namespace husk::guests {

struct Builtin {
    x86::Mode mode = x86::Mode::Real;
    std::span<const std::byte> code;  ///< flat, linked at 0
    std::size_t answer_size = 0;      ///< bytes of the answer at 0x400: 2, 4, 4 or 8
};

inline constexpr std::uint64_t kAnswer = 42;

/// Real, protected, paged, long.
std::array<Builtin, 4> builtin();

}  // namespace husk::guests
