#include "engine/soft/unsafe.hpp"

#include "engine/soft/port_instruction.hpp"

namespace husk::soft {

namespace {

using Kind = Unsafe::Kind;

constexpr unsigned kTwoByte = 0x0F, kMovToDebug = 0x23;
/// BT, BTS, BTR and BTC, and all four with the bit's number in the instruction.
bool tests_bit(unsigned opcode)
{
    return opcode == 0xA3 || opcode == 0xAB || opcode == 0xB3 || opcode == 0xBB || opcode == 0xBA;
}

}  // namespace

std::optional<Unsafe> decode_unsafe(std::span<const std::byte> code, unsigned bits)
{
    const Prefixes prefixes = skip_prefixes(code, bits);
    const std::size_t size = prefixes.count + 3;
    if (size > code.size() || size > kLongestInstruction) return std::nullopt;
    const auto byte = [&](std::size_t at) { return std::to_integer<unsigned>(code[prefixes.count + at]); };
    if (byte(0) != kTwoByte) return std::nullopt;
    const unsigned modrm = byte(2);
    // MOV to a debug register ignores the mode bits. SDM Vol. 2B, "MOV—Move to/from Debug Registers" (4.3).
    if (byte(1) == kMovToDebug) {
        const unsigned r = prefixes.rex >> 2 & 1;
        const unsigned b = prefixes.rex & 1;
        return Unsafe{.kind = Kind::DebugRegister,
                      .size = static_cast<std::uint8_t>(size),
                      .debug_register = static_cast<std::uint8_t>((modrm >> 3 & 7) | r << 3),
                      .source = static_cast<std::uint8_t>((modrm & 7) | b << 3)};
    }
    const bool is_register = modrm >> 6 == 3;
    if (prefixes.locked && is_register && tests_bit(byte(1))) return Unsafe{.size = static_cast<std::uint8_t>(size)};
    return std::nullopt;
}

unsigned temporaries_of(std::span<const std::byte> code, unsigned bits)
{
    constexpr unsigned kFew = 1, kMany = 8;
    const std::size_t at = skip_prefixes(code, bits).count;
    if (at >= code.size()) return kMany;
    const unsigned opcode = std::to_integer<unsigned>(code[at]);
    const bool x87 = opcode >= 0xD8 && opcode <= 0xDF;
    return x87 ? kMany : kFew;
}

}  // namespace husk::soft
