#include "engine/soft/decode/site_instruction.hpp"

#include "engine/soft/decode/misexecuted.hpp"

namespace husk::soft {

namespace {

using Kind = SiteInstruction::Kind;

struct Form {
    Kind kind;
    bool bytes = true;       // items of one byte
    bool immediate = false;  // port number or vector in the instruction
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
        case 0xCC: return Form{Kind::Breakpoint};
        case 0xCD: return Form{Kind::Interrupt, true, true};
        case 0xCE: return Form{Kind::Overflow};
        case 0xF1: return Form{Kind::Debug};
        case 0xF4: return Form{Kind::Halt};
        default: return std::nullopt;
    }
}

constexpr unsigned kTwoByteEscape = 0x0F;

/// Bits 5:3 of the byte behind an opcode. SDM Vol. 2A, "ModR/M and SIB Bytes" (2.1.3).
unsigned register_field(std::byte operands)
{
    return std::to_integer<unsigned>(operands) >> 3 & 7;
}

/// BT, BTS, BTR and BTC, and all four with the bit's number in the instruction.
bool tests_bit(unsigned opcode)
{
    return opcode == 0xA3 || opcode == 0xAB || opcode == 0xB3 || opcode == 0xBB || opcode == 0xBA;
}

/// Of the instructions after the escape byte, those that are unsafe. `code` starts behind the escape.
std::optional<SiteInstruction> decode_unsafe(std::span<const std::byte> code, const Prefixes& prefixes)
{
    constexpr unsigned kMovToDebug = 0x23;
    if (code.size() < 2) return std::nullopt;
    const auto second = std::to_integer<unsigned>(code[0]);
    const auto operands = std::to_integer<unsigned>(code[1]);
    SiteInstruction found{.kind = Kind::WriteDebug, .size = static_cast<std::uint8_t>(prefixes.count + 3), .immediate = {}};
    found.locked = prefixes.locked;
    found.reg = prefixes.with_b(operands & 7);
    found.special = prefixes.with_r(operands >> 3 & 7);
    // The mode bits do not matter. SDM Vol. 2B, "MOV—Move to/from Debug Registers" (4.3).
    if (second == kMovToDebug) return found;
    const bool is_register = operands >> 6 == 3;
    if (!prefixes.locked || !is_register || !tests_bit(second)) return std::nullopt;
    found.kind = Kind::LockedBitTest;
    return found;
}

/// MOV to a control register, and from CR8; `found` is filled in but for that.
std::optional<SiteInstruction> decode_control(std::span<const std::byte> code, const Prefixes& prefixes, SiteInstruction found)
{
    if (code.size() < 2) return std::nullopt;
    constexpr unsigned kCr8 = 8;
    const bool write = code[0] == std::byte{0x22};
    const unsigned number = prefixes.with_r(register_field(code[1]));  // only 64-bit code has REX
    found.special = static_cast<std::uint8_t>(number);
    found.reg = prefixes.with_b(std::to_integer<unsigned>(code[1]) & 7);
    ++found.size;
    if (number == kCr8)
        found.kind = write ? Kind::WriteCr8 : Kind::ReadCr8;
    else if (write && (number == 0 || number == 3 || number == 4))
        found.kind = Kind::WriteControl;
    else
        return std::nullopt;
    return found;
}

/// Of the instructions after the escape byte: SYSCALL, SYSENTER, RDMSR, WRMSR, MOV with control registers, LTR. `code` starts
/// behind the escape.
std::optional<SiteInstruction> decode_two_byte(std::span<const std::byte> code, const Prefixes& prefixes)
{
    if (code.empty()) return std::nullopt;
    if (const auto unsafe = decode_unsafe(code, prefixes)) return unsafe;
    SiteInstruction found{.kind = Kind::SystemCall, .size = static_cast<std::uint8_t>(prefixes.count + 2), .immediate = {}};
    found.locked = prefixes.locked;
    switch (std::to_integer<unsigned>(code[0])) {
        case 0x00:
            found.kind = Kind::LoadTask;
            return code.size() > 1 && register_field(code[1]) == 3 ? std::optional{found} : std::nullopt;
        case 0x05: return found;
        case 0x34: found.kind = Kind::SystemEnter; return found;
        case 0x30: found.kind = Kind::WriteMsr; return found;
        case 0x32: found.kind = Kind::ReadMsr; return found;
        case 0x20:
        case 0x22: return decode_control(code, prefixes, found);
        default: return std::nullopt;
    }
}

}  // namespace

std::optional<SiteInstruction> decode_site_instruction(std::span<const std::byte> code, unsigned bits)
{
    const Prefixes prefixes = skip_prefixes(code, bits);
    std::size_t size = prefixes.count + 1;
    if (size > code.size() || size > kLongestInstruction) return std::nullopt;
    if (const auto found = decode_misexecuted(code.subspan(prefixes.count), prefixes, bits)) return found;
    const auto opcode = std::to_integer<unsigned>(code[prefixes.count]);
    if (opcode == kTwoByteEscape) {
        const auto found = decode_two_byte(code.subspan(size), prefixes);
        return found && found->size <= kLongestInstruction ? found : std::nullopt;
    }
    const auto form = form_of(opcode);
    if (!form) return std::nullopt;
    if (form->kind == Kind::Overflow && bits == 64) return std::nullopt;  // an invalid opcode

    SiteInstruction found{.kind = form->kind, .width = 1, .address_bits = prefixes.address_bits(bits), .immediate = {}};
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

std::optional<std::byte> opcode(std::span<const std::byte> code, unsigned bits)
{
    const std::size_t at = skip_prefixes(code, bits).count;
    if (at >= code.size()) return std::nullopt;
    return code[at];
}

bool is_unsafe(const SiteInstruction& instruction)
{
    return instruction.kind == Kind::WriteDebug || instruction.kind == Kind::LockedBitTest;
}

// Found out by translating 500 of each opcode in a row, with all kinds of operands: what is not named here gives all of them back.
unsigned temporaries_of(std::span<const std::byte> code, unsigned bits)
{
    constexpr unsigned kX87 = 4, kOther = 1;
    const std::size_t at = skip_prefixes(code, bits).count;
    if (at >= code.size()) return kOther;
    const auto opcode = std::to_integer<unsigned>(code[at]);
    if (opcode >= 0xD8 && opcode <= 0xDF) return kX87;
    if (opcode == 0x8E || opcode == 0xD4 || opcode == 0xD5) return kOther;  // MOV to a segment register, AAM, AAD
    if (opcode != kTwoByteEscape || at + 1 >= code.size()) return 0;
    const auto second = std::to_integer<unsigned>(code[at + 1]);
    return second == 0x20 || second == 0x38 || second == 0x3A ? kOther : 0;  // MOV from a control register, later SSE
}

bool ends_block(std::span<const std::byte> code, unsigned bits)
{
    const std::size_t at = skip_prefixes(code, bits).count;
    if (at >= code.size()) return true;
    const auto next = [&](std::size_t offset) {
        return at + offset < code.size() ? std::to_integer<unsigned>(code[at + offset]) : 0;
    };
    const unsigned opcode = next(0);
    switch (opcode) {  // INTO goes on if it is not taken
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
