// General, segment and control registers.
#include "debug/bits.hpp"
#include "debug/gdb/description.hpp"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <span>
#include <utility>

namespace husk::debug::gdb {

namespace {

using General = std::uint64_t x86::Registers::*;
using System = std::uint64_t x86::SystemRegisters::*;
using SegmentOf = x86::Segment x86::SystemRegisters::*;

struct NamedGeneral {
    std::string_view wide, narrow;
    General field;
};
// i386 has them in the processor's order, x86-64 in its own.
constexpr std::array kGeneral64{
    NamedGeneral{"rax", "", &x86::Registers::rax}, NamedGeneral{"rbx", "", &x86::Registers::rbx},
    NamedGeneral{"rcx", "", &x86::Registers::rcx}, NamedGeneral{"rdx", "", &x86::Registers::rdx},
    NamedGeneral{"rsi", "", &x86::Registers::rsi}, NamedGeneral{"rdi", "", &x86::Registers::rdi},
    NamedGeneral{"rbp", "", &x86::Registers::rbp}, NamedGeneral{"rsp", "", &x86::Registers::rsp},
    NamedGeneral{"r8", "", &x86::Registers::r8},   NamedGeneral{"r9", "", &x86::Registers::r9},
    NamedGeneral{"r10", "", &x86::Registers::r10}, NamedGeneral{"r11", "", &x86::Registers::r11},
    NamedGeneral{"r12", "", &x86::Registers::r12}, NamedGeneral{"r13", "", &x86::Registers::r13},
    NamedGeneral{"r14", "", &x86::Registers::r14}, NamedGeneral{"r15", "", &x86::Registers::r15},
};
constexpr std::array kGeneral32{
    NamedGeneral{"", "eax", &x86::Registers::rax}, NamedGeneral{"", "ecx", &x86::Registers::rcx},
    NamedGeneral{"", "edx", &x86::Registers::rdx}, NamedGeneral{"", "ebx", &x86::Registers::rbx},
    NamedGeneral{"", "esp", &x86::Registers::rsp}, NamedGeneral{"", "ebp", &x86::Registers::rbp},
    NamedGeneral{"", "esi", &x86::Registers::rsi}, NamedGeneral{"", "edi", &x86::Registers::rdi},
};
struct NamedSegment {
    std::string_view name;
    SegmentOf field;
};
constexpr std::array kSegments{
    NamedSegment{"cs", &x86::SystemRegisters::cs}, NamedSegment{"ss", &x86::SystemRegisters::ss},
    NamedSegment{"ds", &x86::SystemRegisters::ds}, NamedSegment{"es", &x86::SystemRegisters::es},
    NamedSegment{"fs", &x86::SystemRegisters::fs}, NamedSegment{"gs", &x86::SystemRegisters::gs},
};

constexpr std::size_t kWord = 8, kHalf = 4;

std::string type_of(std::string_view name, std::size_t size)
{
    if (name.ends_with("sp") || name.ends_with("bp")) return "data_ptr";
    return size == kWord ? "int64" : "int32";
}

DescribedRegister general(std::string_view name, std::size_t size, General field)
{
    return {std::string{name}, size, type_of(name, size),
            [field](const MachineState& state, std::span<std::byte> value) { put_number(value, state.registers.*field); },
            [field](MachineState& state, std::span<const std::byte> value) { state.registers.*field = get_number(value); }};
}

/// Outside 64-bit code GDB knows of no segments: its instruction pointer is a linear address.
std::uint64_t code_base(const MachineState& state)
{
    return x86::bits_of_code(state.system) == 64 ? 0 : state.system.cs.base;
}

DescribedRegister instruction_pointer(std::string_view name, std::size_t size)
{
    return {
        std::string{name}, size, "code_ptr",
        [](const MachineState& state, std::span<std::byte> value) { put_number(value, code_base(state) + state.registers.rip); },
        [](MachineState& state, std::span<const std::byte> value) {
            constexpr std::uint64_t kLow = 0xFFFF'FFFF;
            const std::uint64_t offset = get_number(value) - code_base(state);
            state.registers.rip = x86::bits_of_code(state.system) == 64 ? offset : offset & kLow;
        }};
}

DescribedRegister flags()
{
    return {"eflags", kHalf, "i386_eflags",
            [](const MachineState& state, std::span<std::byte> value) { put_number(value, state.registers.rflags.word()); },
            [](MachineState& state, std::span<const std::byte> value) {
                state.registers.rflags = Flags<x86::Rflags>{get_number(value)};
            }};
}

/// Its selector. In real mode what is written is the segment as MOV would load it; else the hidden part stays as it is.
DescribedRegister segment(std::string_view name, SegmentOf field)
{
    return {std::string{name}, kHalf, "int32",
            [field](const MachineState& state, std::span<std::byte> value) { put_number(value, (state.system.*field).selector); },
            [field](MachineState& state, std::span<const std::byte> value) {
                x86::Segment& segment = state.system.*field;
                const auto selector = static_cast<std::uint16_t>(get_number(value));
                if (selector == segment.selector) return;
                segment.selector = selector;
                constexpr unsigned kParagraph = 4;
                if (x86::mode_of(state.system) == x86::Mode::Real) segment.base = std::uint64_t{selector} << kParagraph;
            }};
}

DescribedRegister base(std::string name, std::string type, SegmentOf field)
{
    return {std::move(name), kWord, std::move(type),
            [field](const MachineState& state, std::span<std::byte> value) { put_number(value, (state.system.*field).base); },
            [field](MachineState& state, std::span<const std::byte> value) { (state.system.*field).base = get_number(value); }};
}

template <typename Bit>
DescribedRegister control(std::string_view name, Flags<Bit> x86::SystemRegisters::*field)
{
    return {
        std::string{name}, kWord, fmt::format("husk_{}", name),
        [field](const MachineState& state, std::span<std::byte> value) { put_number(value, (state.system.*field).word()); },
        [field](MachineState& state, std::span<const std::byte> value) { state.system.*field = Flags<Bit>{get_number(value)}; }};
}

DescribedRegister control(std::string_view name, System field)
{
    return {std::string{name}, kWord, "int64",
            [field](const MachineState& state, std::span<std::byte> value) { put_number(value, state.system.*field); },
            [field](MachineState& state, std::span<const std::byte> value) { state.system.*field = get_number(value); }};
}

std::string field_of_type(std::string_view name, std::uint64_t mask)
{
    const int bit = std::countr_zero(mask);
    return fmt::format("<field name=\"{}\" start=\"{}\" end=\"{}\"/>\n", name, bit, bit);
}

/// A type of `size` bytes whose bits have names. Without fields of several bits, which GDB would show even where they are 0, and
/// with `always`, the bit that is always 1: it has no name, so that GDB does not show it.
template <typename Bit>
std::string flags_type(std::string_view id, std::size_t size, Flags<Bit> always = {})
{
    std::string text = fmt::format("<flags id=\"{}\" size=\"{}\">\n", id, size);
    for (const NamedBit& bit : named_bits(Flags<Bit>{}))
        if (std::has_single_bit(bit.mask)) text += field_of_type(bit.name, bit.mask);
    if (always.word() != 0) text += field_of_type("", always.word());
    return text + "</flags>\n";
}

}  // namespace

Feature core_feature(Architecture architecture)
{
    const bool wide = architecture == Architecture::X86_64;
    const std::size_t size = wide ? kWord : kHalf;
    Feature feature{"org.gnu.gdb.i386.core", flags_type<x86::Rflags>("i386_eflags", kHalf, x86::Rflags::One), {}};
    if (wide)
        for (const NamedGeneral& each : kGeneral64) feature.registers.push_back(general(each.wide, size, each.field));
    else
        for (const NamedGeneral& each : kGeneral32) feature.registers.push_back(general(each.narrow, size, each.field));
    feature.registers.push_back(instruction_pointer(wide ? "rip" : "eip", size));
    feature.registers.push_back(flags());
    for (const NamedSegment& each : kSegments) feature.registers.push_back(segment(each.name, each.field));
    for (DescribedRegister& each : x87_registers()) feature.registers.push_back(std::move(each));
    return feature;
}

Feature segments_feature()
{
    return {"org.gnu.gdb.i386.segments",
            "",
            {base("fs_base", "int64", &x86::SystemRegisters::fs), base("gs_base", "int64", &x86::SystemRegisters::gs)}};
}

Feature control_feature()
{
    Feature feature{"org.husk.control", "", {}};
    feature.types = flags_type<x86::Cr0>("husk_cr0", kWord) + flags_type<x86::Cr4>("husk_cr4", kWord) +
                    flags_type<x86::Efer>("husk_efer", kWord);
    feature.registers = {control("cr0", &x86::SystemRegisters::cr0), control("cr2", &x86::SystemRegisters::cr2),
                         control("cr3", &x86::SystemRegisters::cr3), control("cr4", &x86::SystemRegisters::cr4),
                         control("cr8", &x86::SystemRegisters::cr8), control("efer", &x86::SystemRegisters::efer)};
    // FS's and GS's are among GDB's own, where it has any.
    for (const NamedSegment& each : std::span{kSegments}.first(4))
        feature.registers.push_back(base(fmt::format("{}_base", each.name), "int64", each.field));
    return feature;
}

/// Only for GDB to see that it is Linux: husk restarts calls by itself.
Feature linux_feature(Architecture architecture)
{
    const bool wide = architecture == Architecture::X86_64;
    return {"org.gnu.gdb.i386.linux",
            "",
            {{wide ? "orig_rax" : "orig_eax", wide ? kWord : kHalf, wide ? "int64" : "int32",
              [](const MachineState&, std::span<std::byte> value) { put_number(value, ~0ull); },
              [](MachineState&, std::span<const std::byte>) {}}}};
}

}  // namespace husk::debug::gdb
