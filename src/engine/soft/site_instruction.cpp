#include "engine/soft/site_instruction.hpp"

namespace husk::soft {

namespace {

using Kind = SiteInstruction::Kind;

struct Prefixes {
    std::size_t count = 0;
    bool operand_size = false;
    bool address_size = false;
    bool locked = false;
    bool repeated = false;
    SegmentPrefix segment = SegmentPrefix::None;
    std::uint8_t rex = 0;
};

constexpr std::uint8_t kRexR = 1u << 2, kRexB = 1u << 0;

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

struct Form {
    Kind kind;
    bool bytes = true;       // items of one byte
    bool immediate = false;  // port number in the instruction
};

std::optional<Form> form_of(unsigned opcode)
{
    switch (opcode) {
        case 0x6C: return Form{Kind::StringIn};
        case 0x6D: return Form{Kind::StringIn, false};
        case 0x6E: return Form{Kind::StringOut};
        case 0x6F: return Form{Kind::StringOut, false};
        case 0xE4: return Form{Kind::In, true, true};
        case 0xE5: return Form{Kind::In, false, true};
        case 0xE6: return Form{Kind::Out, true, true};
        case 0xE7: return Form{Kind::Out, false, true};
        case 0xEC: return Form{Kind::In};
        case 0xED: return Form{Kind::In, false};
        case 0xEE: return Form{Kind::Out};
        case 0xEF: return Form{Kind::Out, false};
        case 0xF1: return Form{Kind::Debug};
        case 0xF4: return Form{Kind::Halt};
        default: return std::nullopt;
    }
}

constexpr unsigned kTwoByteEscape = 0x0F;

/// Of the instructions after the escape byte: SYSCALL, SYSENTER, MOV to and from CR8, MOV to DR7. `code` starts behind the escape.
std::optional<SiteInstruction> decode_two_byte(std::span<const std::byte> code, const Prefixes& prefixes, unsigned bits)
{
    if (code.empty()) return std::nullopt;
    SiteInstruction found{.kind = Kind::SystemCall, .size = static_cast<std::uint8_t>(prefixes.count + 2), .immediate = {}};
    found.locked = prefixes.locked;
    switch (std::to_integer<unsigned>(code[0])) {
        case 0x05: return found;
        case 0x34: found.kind = Kind::SystemEnter; return found;
        case 0x20: found.kind = Kind::ReadCr8; break;
        case 0x22: found.kind = Kind::WriteCr8; break;
        case 0x23: found.kind = Kind::WriteDr7; break;
        default: return std::nullopt;
    }
    if (code.size() < 2) return std::nullopt;
    const auto operands = std::to_integer<std::uint8_t>(code[1]);
    const unsigned special = (operands >> 3 & 7) | ((prefixes.rex & kRexR) != 0 ? 8 : 0);
    // DR5 is DR7 where CR4.DE is clear.
    if (found.kind == Kind::WriteDr7 ? special != 7 && special != 5 : bits != 64 || special != 8) return std::nullopt;
    found.reg = static_cast<std::uint8_t>((operands & 7) | ((prefixes.rex & kRexB) != 0 ? 8 : 0));
    ++found.size;
    return found;
}

std::uint8_t address_bits(const Prefixes& prefixes, unsigned bits)
{
    if (!prefixes.address_size) return static_cast<std::uint8_t>(bits);
    return bits == 32 ? 16 : 32;
}

}  // namespace

std::optional<SiteInstruction> decode_site_instruction(std::span<const std::byte> code, unsigned bits)
{
    const Prefixes prefixes = skip_prefixes(code, bits);
    std::size_t size = prefixes.count + 1;
    if (size > code.size() || size > kLongestInstruction) return std::nullopt;
    const auto opcode = std::to_integer<unsigned>(code[prefixes.count]);
    if (opcode == kTwoByteEscape) {
        const auto found = decode_two_byte(code.subspan(size), prefixes, bits);
        return found && found->size <= kLongestInstruction ? found : std::nullopt;
    }
    const auto form = form_of(opcode);
    if (!form) return std::nullopt;

    SiteInstruction found{.kind = form->kind, .width = 1, .address_bits = address_bits(prefixes, bits), .immediate = {}};
    found.repeated = prefixes.repeated;
    found.segment = prefixes.segment;
    found.locked = prefixes.locked;
    if (!form->bytes) found.width = (bits == 16) != prefixes.operand_size ? 2 : 4;
    if (form->immediate) {
        if (++size > code.size() || size > kLongestInstruction) return std::nullopt;
        found.immediate = std::to_integer<std::uint8_t>(code[size - 1]);
    }
    found.size = static_cast<std::uint8_t>(size);
    return found;
}

std::size_t count_prefixes(std::span<const std::byte> code, unsigned bits)
{
    return skip_prefixes(code, bits).count;
}

std::optional<std::byte> opcode(std::span<const std::byte> code, unsigned bits)
{
    const std::size_t at = count_prefixes(code, bits);
    if (at >= code.size()) return std::nullopt;
    return code[at];
}

bool ends_block(std::span<const std::byte> code, unsigned bits)
{
    const std::size_t at = skip_prefixes(code, bits).count;
    if (at >= code.size()) return true;
    const auto next = [&](std::size_t offset) {
        return at + offset < code.size() ? std::to_integer<unsigned>(code[at + offset]) : 0;
    };
    const unsigned opcode = next(0);
    switch (opcode) {
        case 0x9A:
        case 0xC2:
        case 0xC3:
        case 0xCA:
        case 0xCB:
        case 0xCC:
        case 0xCD:
        case 0xCF:
        case 0xE0:
        case 0xE1:
        case 0xE2:
        case 0xE3:
        case 0xE8:
        case 0xE9:
        case 0xEA:
        case 0xEB:
        case 0xF1:
        case 0xF4: return true;
        case 0xFF: {
            const unsigned extension = next(1) >> 3 & 7;  // /2 and /3 are CALL, /4 and /5 JMP
            return extension >= 2 && extension <= 5;
        }
        case 0x0F: {
            const unsigned second = next(1);
            return (second & 0xF0) == 0x80 || second == 0x05 || second == 0x07 || second == 0x0B || second == 0x34 ||
                   second == 0x35;
        }
        default: return opcode >= 0x70 && opcode <= 0x7F;
    }
}

}  // namespace husk::soft
