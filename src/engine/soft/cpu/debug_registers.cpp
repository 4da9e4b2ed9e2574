#include "engine/soft/cpu/debug_registers.hpp"

namespace husk::soft {

namespace {

constexpr std::uint64_t kCr4De = 1u << 3;  // debugging extensions
constexpr unsigned kAddresses = 4;         // DR0 to DR3
constexpr unsigned kStatus = 6, kControl = 7;
constexpr std::uint64_t kStatusOnes = 0xFFFF'0FF0, kStatusZeroes = 0x1000;
constexpr std::uint64_t kControlOnes = 0x400, kControlZeroes = 0xD000;

}  // namespace

std::optional<unsigned> debug_register(unsigned encoded, const x86::SystemRegisters& system)
{
    if (encoded > kControl) return std::nullopt;
    if (encoded < kAddresses || encoded >= kStatus) return encoded;
    if ((system.cr4.word() & kCr4De) != 0) return std::nullopt;
    return encoded + (kStatus - kAddresses);
}

std::optional<std::uint64_t> debug_register_value(unsigned number, std::uint64_t value)
{
    if (number < kAddresses) return value;
    if (value >> 32 != 0) return std::nullopt;
    if (number == kStatus) return (value | kStatusOnes) & ~kStatusZeroes;
    return (value | kControlOnes) & ~kControlZeroes;
}

}  // namespace husk::soft
