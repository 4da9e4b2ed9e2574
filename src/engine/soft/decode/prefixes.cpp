#include "engine/soft/decode/prefixes.hpp"

namespace husk::soft {

namespace {

bool take_legacy(Prefixes& found, unsigned byte)
{
    switch (byte) {
        case 0x66: found.operand_size = true; return true;
        case 0x67: found.address_size = true; return true;
        case 0xF0: found.locked = true; return true;
        case 0xF2:
        case 0xF3: found.repeated = true; return true;
        case 0x26: found.segment = SegmentPrefix::Es; return true;
        case 0x2E: found.segment = SegmentPrefix::Cs; return true;
        case 0x36: found.segment = SegmentPrefix::Ss; return true;
        case 0x3E: found.segment = SegmentPrefix::Ds; return true;
        case 0x64: found.segment = SegmentPrefix::Fs; return true;
        case 0x65: found.segment = SegmentPrefix::Gs; return true;
        default: return false;
    }
}

}  // namespace

std::uint8_t Prefixes::address_bits(unsigned bits) const
{
    if (!address_size) return static_cast<std::uint8_t>(bits);
    return bits == 32 ? 16 : 32;
}

Prefixes skip_prefixes(std::span<const std::byte> code, unsigned bits)
{
    Prefixes found;
    for (; found.count < code.size() && found.count < kLongestInstruction; ++found.count) {
        const auto byte = std::to_integer<unsigned>(code[found.count]);
        if (take_legacy(found, byte)) {
            found.rex = 0;  // REX counts only right before the opcode
        } else if (bits == 64 && (byte & 0xF0) == 0x40) {
            found.rex = static_cast<std::uint8_t>(byte);
        } else {
            break;
        }
    }
    return found;
}

}  // namespace husk::soft
