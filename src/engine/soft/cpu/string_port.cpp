#include "engine/soft/cpu/string_port.hpp"

#include "engine/soft/cpu/translate.hpp"
#include "x86/descriptor.hpp"
#include "x86/walk.hpp"

#include <algorithm>

namespace husk::soft {

namespace {

using x86::Registers;
using x86::Segment;
using x86::SystemRegisters;

bool is_input(const SiteInstruction& instruction)
{
    return instruction.kind == SiteInstruction::Kind::StringIn;
}

std::uint64_t mask(const SiteInstruction& instruction)
{
    return instruction.address_bits == 64 ? ~0ull : (1ull << instruction.address_bits) - 1;
}

/// Results of 32 bits clear the upper half of a register, those of 16 leave the rest of it alone.
void assign(std::uint64_t& reg, std::uint64_t value, const SiteInstruction& instruction)
{
    const std::uint64_t kept = instruction.address_bits == 16 ? reg & ~mask(instruction) : 0;
    reg = kept | (value & mask(instruction));
}

/// INS writes to ES, whatever the prefixes.
Segment SystemRegisters::*segment_of(const SiteInstruction& instruction)
{
    if (is_input(instruction)) return &SystemRegisters::es;
    switch (instruction.segment) {
        case SegmentPrefix::Es: return &SystemRegisters::es;
        case SegmentPrefix::Cs: return &SystemRegisters::cs;
        case SegmentPrefix::Ss: return &SystemRegisters::ss;
        case SegmentPrefix::Fs: return &SystemRegisters::fs;
        case SegmentPrefix::Gs: return &SystemRegisters::gs;
        case SegmentPrefix::None:
        case SegmentPrefix::Ds: break;
    }
    return &SystemRegisters::ds;
}

/// `size` bytes at `offset` are the guest's to use, as far as its segment goes.
bool segment_allows(const Segment& segment, const SystemRegisters& system, std::uint64_t offset, std::uint64_t size, bool write)
{
    if (x86::bits_of_code(system) == 64) return true;
    if (!segment.present || segment.unusable) return false;
    const bool readable = !is_code(segment) || (segment.type & x86::kReadable) != 0;
    if (write ? !is_writable_data(segment) : !readable) return false;
    return x86::within_limit(segment, static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(size));
}

}  // namespace

std::optional<StringRun> next_run(const SiteInstruction& instruction, const x86::State& state, const Memory& memory,
                                  unsigned privilege)
{
    const auto& [registers, system] = state;
    if (registers.rflags.has(x86::Rflags::DF)) return std::nullopt;
    const bool input = is_input(instruction);
    const std::uint64_t offset = (input ? registers.rdi : registers.rsi) & mask(instruction);
    const std::uint64_t wanted = instruction.repeated ? registers.rcx & mask(instruction) : 1;

    const auto segment = segment_of(instruction);
    const std::uint64_t linear = x86::linear_address(system, segment, offset).value;
    const std::uint64_t to_end_of_page = kPageSize - linear % kPageSize;
    const std::uint64_t to_wrap = mask(instruction) - offset;  // one byte less than there is
    const std::uint64_t items = std::min(wanted, std::min(to_end_of_page, to_wrap) / instruction.width);
    const std::uint64_t size = items * instruction.width;
    if (items == 0 || !segment_allows(system.*segment, system, offset, size, input)) return std::nullopt;

    const Use use = input ? Use::Write : Use::Read;
    const auto page = translate(memory, system, privilege, linear, use);
    if (!page || !memory.window(page->at, size, use)) return std::nullopt;
    return StringRun{.instruction = instruction, .at = page->at, .items = items};
}

bool advance(Registers& registers, const StringRun& run)
{
    std::uint64_t& index = is_input(run.instruction) ? registers.rdi : registers.rsi;
    assign(index, index + run.size(), run.instruction);
    if (!run.instruction.repeated) return true;
    assign(registers.rcx, registers.rcx - run.items, run.instruction);
    return (registers.rcx & mask(run.instruction)) == 0;
}

}  // namespace husk::soft
