// What the TF that Emulator::step() sets leaves behind, and how it is taken away again.
#include "engine/soft/decode/length.hpp"
#include "engine/soft/decode/prefixes.hpp"
#include "engine/soft/decode/site_instruction.hpp"
#include "engine/soft/unicorn/convert.hpp"
#include "engine/soft/unicorn/emulator.hpp"

#include <algorithm>

namespace husk::soft {

namespace {

constexpr std::uint64_t kTrap = Flags<x86::Rflags>{x86::Rflags::TF}.word();
constexpr std::byte kPushf{0x9C}, kPopf{0x9D}, kFarCall{0x9A}, kFarJump{0xEA}, kIret{0xCF}, kIndirect{0xFF};

bool one_of(std::optional<std::byte> opcode, std::initializer_list<std::byte> opcodes)
{
    return opcode && std::ranges::find(opcodes, *opcode) != opcodes.end();
}

/// In the second byte of flags in memory.
void clear_trap(const Memory& memory, const Linear& linear, std::uint64_t flags)
{
    const auto at = linear.physical(flags + 1);
    if (!at) return;
    if (const auto upper = memory.window(*at, 1, Use::Write)) upper->front() &= ~std::byte{kTrap >> 8};
}

/// Where a task-state segment keeps its task's flags. SDM Vol. 3A, "32-Bit TSS" (8.2.1), "16-Bit TSS" (8.6).
std::uint64_t flags_of_task(const x86::Segment& tr)
{
    constexpr std::uint8_t kWide = 0b1000;
    return tr.base + ((tr.type & kWide) != 0 ? 0x24 : 0x10);
}

/// The length of the instruction at the start of `code` if it loads SS, else 0. LSS does not hold back traps.
std::size_t stack_segment_load(std::span<const std::byte> code, unsigned bits)
{
    constexpr std::byte kPopSs{0x17}, kMove{0x8E}, kSegment{7u << 3}, kSs{2u << 3};
    const auto first = opcode(code, bits);
    const std::size_t operands = skip_prefixes(code, bits).count + 1;
    const bool moves = first == kMove && operands < code.size() && (code[operands] & kSegment) == kSs;
    if (first != kPopSs && !moves) return 0;
    return instruction_length(code, bits).value_or(0);
}

}  // namespace

/// Takes away from context_ and memory what the TF of step() has left there. What was loaded of flags is the guest's own.
void Emulator::hide_own_trap(bool faulted)
{
    context_.set(layout_.dr6, instruction_.get<std::uint64_t>(layout_.dr6));

    const auto system = read_system(instruction_, layout_);
    const Linear linear{memory_, system};
    std::array<std::byte, kLongestInstruction> bytes{};
    const std::uint64_t at = system.cs.base + instruction_.get<std::uint64_t>(layout_.rip);
    const std::span<const std::byte> code{bytes.data(), linear.read(at, bytes)};
    const unsigned bits = x86::bits_of_code(system);
    // A load of SS holds back the trap, so that the next instruction was executed too, unless it is at a site.
    const std::size_t load = stack_segment_load(code, bits);
    const std::uint64_t moved = context_.get<std::uint64_t>(layout_.rip) - instruction_.get<std::uint64_t>(layout_.rip);
    const bool two = load != 0 && load < code.size() && moved > load;
    const auto instruction = opcode(two ? code.subspan(load) : code, bits);

    const bool switched = one_of(instruction, {kFarCall, kFarJump, kIret, kIndirect}) &&
                          read_system(context_, layout_).tr.selector != system.tr.selector;
    if (switched) return clear_trap(memory_, linear, flags_of_task(system.tr));
    if (one_of(instruction, {kPopf, kIret}) && !faulted) return;
    context_.set(layout_.eflags, context_.get<std::uint64_t>(layout_.eflags) & ~kTrap);

    if (!one_of(instruction, {kPushf})) return;
    std::uint64_t rsp = 0;
    uc_reg_read(engine_.get(), UC_X86_REG_RSP, &rsp);
    const unsigned stack_bits = bits == 64 ? 64 : system.ss.big ? 32 : 16;
    if (stack_bits < 64) rsp &= (1ull << stack_bits) - 1;
    clear_trap(memory_, linear, (stack_bits == 64 ? 0 : system.ss.base) + rsp);
}

}  // namespace husk::soft
