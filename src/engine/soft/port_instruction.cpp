#include "engine/soft/port_instruction.hpp"

namespace husk::soft {

namespace {

using Kind = PortInstruction::Kind;

struct Form {
    Kind kind;
    bool bytes;      // items of one byte
    bool immediate;  // port number in the instruction
};

std::optional<Form> form_of(unsigned opcode)
{
    switch (opcode) {
        case 0x6C: return Form{Kind::StringIn, true, false};
        case 0x6D: return Form{Kind::StringIn, false, false};
        case 0x6E: return Form{Kind::StringOut, true, false};
        case 0x6F: return Form{Kind::StringOut, false, false};
        case 0xE4: return Form{Kind::In, true, true};
        case 0xE5: return Form{Kind::In, false, true};
        case 0xE6: return Form{Kind::Out, true, true};
        case 0xE7: return Form{Kind::Out, false, true};
        case 0xEC: return Form{Kind::In, true, false};
        case 0xED: return Form{Kind::In, false, false};
        case 0xEE: return Form{Kind::Out, true, false};
        case 0xEF: return Form{Kind::Out, false, false};
        case 0xF4: return Form{Kind::Halt, true, false};
        default: return std::nullopt;
    }
}

}  // namespace

Prefixes skip_prefixes(std::span<const std::byte> code, unsigned bits)
{
    Prefixes found;
    for (; found.count < code.size() && found.count < kLongestInstruction; ++found.count) {
        const auto byte = std::to_integer<unsigned>(code[found.count]);
        switch (byte) {
            case 0x66: found.operand_size = true; continue;
            case 0xF0: found.locked = true; continue;
            case 0x67:
            case 0xF2:
            case 0xF3:
            case 0x2E:
            case 0x36:
            case 0x3E:
            case 0x26:
            case 0x64:
            case 0x65: continue;
            default: break;
        }
        if (bits != 64 || (byte & 0xF0) != 0x40) break;
        found.rex = static_cast<std::uint8_t>(byte);
    }
    return found;
}

std::optional<PortInstruction> decode_port_instruction(std::span<const std::byte> code, unsigned bits)
{
    const Prefixes prefixes = skip_prefixes(code, bits);
    std::size_t size = prefixes.count + 1;
    if (size > code.size() || size > kLongestInstruction) return std::nullopt;
    const auto form = form_of(std::to_integer<unsigned>(code[prefixes.count]));
    if (!form) return std::nullopt;

    PortInstruction found{.kind = form->kind, .width = 1, .immediate = {}, .locked = prefixes.locked};
    if (!form->bytes) found.width = (bits == 16) != prefixes.operand_size ? 2 : 4;
    if (form->immediate) {
        if (++size > code.size() || size > kLongestInstruction) return std::nullopt;
        found.immediate = std::to_integer<std::uint8_t>(code[size - 1]);
    }
    found.size = static_cast<std::uint8_t>(size);
    return found;
}

std::optional<std::byte> opcode(std::span<const std::byte> code, unsigned bits)
{
    const std::size_t at = skip_prefixes(code, bits).count;
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
        case 0xCE:
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
