#pragma once

#include "differential/random.hpp"
#include "differential/sequence.hpp"

#include <initializer_list>
#include <variant>
#include <vector>

namespace husk::test {

/// Makes one step of a sequence: picks operands at random, and gives registers that address memory values such that it is data.
class Maker {
public:
    using Rm = std::variant<unsigned, Memory>;

    /// A step of `sequence` that starts `offset` bytes into its code.
    Maker(Random& random, const Sequence& sequence, std::uint64_t offset);

    Random& random() { return random_; }
    Setting setting() const { return sequence_.setting; }
    unsigned bits() const { return bits_; }
    const x86::SystemRegisters& system() const { return sequence_.start.system; }
    /// Of the next instruction, as the instruction pointer has it.
    std::uint64_t address() const;

    /// Names the step; without a call it has the name of its family.
    void name(std::string_view text) { step_.name = text; }
    /// Appends an instruction, and what it does with the flags after those before it.
    void add(Instruction instruction, const FlagUse& use = {});
    /// Whether it is executed depends.
    void add_maybe(Instruction instruction, const FlagUse& use);
    void add_bytes(std::initializer_list<unsigned> bytes, const FlagUse& use = {});
    void use(const FlagUse& use);
    void use_maybe(const FlagUse& use);

    /// A width of operands: 16, 32 or 64.
    unsigned width();
    /// The same, or 8.
    unsigned width_or_byte() { return random_.chance(30) ? 8 : width(); }
    /// A register to read, and one to write, which is not SP nor one of `keep`.
    unsigned source();
    unsigned target(unsigned width, std::initializer_list<unsigned> keep = {});
    /// Registers that no later instruction of the step may change.
    void keep(unsigned reg) { kept_.push_back(reg); }

    enum class Use : std::uint8_t { Read, Write };
    /// Memory of `size` bytes that is data. Loads registers for it, none of `keep`.
    Memory memory(unsigned size, Use use, std::initializer_list<unsigned> keep = {}) { return memory_at(1, size, use, keep); }
    /// The same, at a multiple of `alignment`.
    Memory memory_at(unsigned alignment, unsigned size, Use use, std::initializer_list<unsigned> keep = {});
    /// A register or memory.
    Rm rm(unsigned width, Use use, std::initializer_list<unsigned> keep = {});
    /// Such memory as [displacement], which needs no register.
    Memory plain_memory(unsigned size, unsigned alignment = 1);
    /// MOV register, value.
    void load(unsigned reg, std::uint64_t value, unsigned width);
    /// Of the offset, within `seg`, of data that is `margin` bytes from its ends.
    std::uint64_t data_offset(Seg seg, unsigned margin, unsigned alignment = 1);

    /// `instruction` with what this step's choice of registers asks for.
    Instruction with(Instruction instruction) const;
    /// An immediate as an operand of `width` takes it: at most 4 bytes.
    Immediate immediate(unsigned width);

    /// A relative jump or call forward, to where land() is called.
    struct Jump {
        std::size_t end = 0;
        unsigned size = 0;
    };
    Jump jump(std::vector<std::uint8_t> opcode, unsigned size, unsigned operand_bits, const FlagUse& use = {});
    void land(const Jump& jump);
    /// Overwrites `size` bytes of the step's code.
    void put(std::size_t at, std::uint64_t value, unsigned size);
    /// Sizes of a near jump's displacement that there are: 16, 32.
    unsigned jump_width();

    std::size_t size() const { return step_.code.size(); }
    Step take() { return std::move(step_); }

private:
    bool is_kept(unsigned reg, std::initializer_list<unsigned> keep) const;
    unsigned pointer(std::initializer_list<unsigned> keep);
    unsigned address_width();
    std::uint64_t base_of(Seg seg) const;
    Seg choose_segment(Memory& memory, Use use);
    void choose_registers(Memory& memory, std::initializer_list<unsigned> keep);
    void choose_displacement(Memory& memory);
    void point(Memory& memory, std::uint64_t offset);
    void make_without_base(Memory& memory, std::uint64_t offset, std::initializer_list<unsigned> keep);

    Random& random_;
    const Sequence& sequence_;
    std::uint64_t offset_;
    unsigned bits_;
    bool extended_;  ///< with a REX prefix
    std::vector<unsigned> kept_;
    Step step_;
};

}  // namespace husk::test
