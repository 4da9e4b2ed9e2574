#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

/// x87 and vector registers as XSAVE stores them in its standard format. SDM Vol. 1, "XSAVE Area" (13.4).
namespace husk::x86 {

/// Offsets in bytes.
struct VectorState {
    static constexpr std::size_t kMxcsr = 24, kMxcsrMask = 28;
    static constexpr std::size_t kXmm = 160, kXmmEnd = 416;  ///< 16 bytes each
    static constexpr std::size_t kHeader = 512;              ///< XSTATE_BV: which states are not as at reset
    static constexpr std::size_t kFormat = kHeader + 8;      ///< XCOMP_BV: zero in the standard format
    static constexpr std::size_t kLegacySize = 576;          ///< x87, SSE and the header; what else there is follows
};

/// Bits of XCR0 and XSTATE_BV.
inline constexpr std::uint64_t kX87State = 1u << 0, kSseState = 1u << 1, kAvxState = 1u << 2;

/// x87's control word as FNINIT leaves it, and MXCSR at reset. SDM Vol. 1, "x87 FPU Control Word" (8.1.5), "MXCSR Control and
/// Status Register" (10.2.3).
inline constexpr std::uint16_t kInitialFcw = 0x37F;
inline constexpr std::uint32_t kInitialMxcsr = 0x1F80;

/// The bits of MXCSR that a processor has which tells none. SDM Vol. 1, "Guidelines for Writing to the MXCSR Register" (11.6.6).
inline constexpr std::uint32_t kDefaultMxcsrMask = 0xFFBF;

template <typename Value>
requires std::is_trivially_copyable_v<Value> Value load_at(std::span<const std::byte> image, std::size_t offset)
{
    Value value;
    std::memcpy(&value, image.subspan(offset, sizeof value).data(), sizeof value);
    return value;
}
template <typename Value>
requires std::is_trivially_copyable_v<Value>
void store_at(std::span<std::byte> image, std::size_t offset, Value value)
{
    std::memcpy(image.subspan(offset, sizeof value).data(), &value, sizeof value);
}

/// True if XRSTOR would load `image`, which is at least VectorState::kLegacySize long, on a processor that has the `states` (bits
/// of XCR0) and those bits of MXCSR. SDM Vol. 1, "Operation of XRSTOR" (13.8).
bool is_sound_vector_state(std::span<const std::byte> image, std::uint64_t states, std::uint32_t mxcsr_mask);

/// True if it is what a processor has at reset and FNINIT.
bool is_initial_vector_state(std::span<const std::byte> image);

}  // namespace husk::x86
