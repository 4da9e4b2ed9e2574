#pragma once

#include <capstone/capstone.h>

#include <array>
#include <cstddef>
#include <span>

namespace husk::soft {

/// Takes single instructions apart, operands and all. Its tables take long to page in: for what is seldom.
class Disassembler {
public:
    Disassembler() = default;
    ~Disassembler();
    Disassembler(const Disassembler&) = delete;
    Disassembler& operator=(const Disassembler&) = delete;

    /// The instruction at the start of `code`, until the next call; null if it is none. `bits` is the code segment's operand size:
    /// 16, 32 or 64. Throws Error if there is no memory.
    const cs_insn* decode(std::span<const std::byte> code, unsigned bits);
    /// True if the instruction last decoded belongs to `group`, one of Capstone's.
    bool in_group(unsigned group) const { return cs_insn_group(last_, instruction_, group); }

private:
    std::array<csh, 3> handles_{};
    csh last_ = 0;
    cs_insn* instruction_ = nullptr;
};

}  // namespace husk::soft
