#include "differential/compare.hpp"

#include "differential/known.hpp"

#include <fmt/format.h>

#include <array>

namespace husk::test {

namespace {

using Found = std::vector<std::string>;

void compare(Found& found, std::string_view what, std::uint64_t one, std::uint64_t other)
{
    if (one != other) found.push_back(fmt::format("{}: {:#x}, {:#x}", what, one, other));
}

void compare_registers(Found& found, const Sequence& sequence, const x86::Registers& one, const x86::Registers& other)
{
    struct Named {
        std::string_view name;
        std::uint64_t x86::Registers::*field;
    };
    using R = x86::Registers;
    constexpr std::array kNamed{Named{"rax", &R::rax}, Named{"rbx", &R::rbx}, Named{"rcx", &R::rcx}, Named{"rdx", &R::rdx},
                                Named{"rsi", &R::rsi}, Named{"rdi", &R::rdi}, Named{"rsp", &R::rsp}, Named{"rbp", &R::rbp},
                                Named{"r8", &R::r8},   Named{"r9", &R::r9},   Named{"r10", &R::r10}, Named{"r11", &R::r11},
                                Named{"r12", &R::r12}, Named{"r13", &R::r13}, Named{"r14", &R::r14}, Named{"r15", &R::r15},
                                Named{"rip", &R::rip}};
    for (const Named& each : kNamed) compare(found, each.name, one.*each.field, other.*each.field);
    const FlagSet undefined = undefined_at_end(sequence);
    compare(found, "rflags", one.rflags.without(undefined).word(), other.rflags.without(undefined).word());
}

void compare_segment(Found& found, std::string_view name, const x86::Segment& one, const x86::Segment& other)
{
    const auto field = [&](std::string_view what, std::uint64_t a, std::uint64_t b) {
        compare(found, fmt::format("{} {}", name, what), a, b);
    };
    field("selector", one.selector, other.selector);
    // Of a null selector the rest means nothing.
    constexpr unsigned kRing = 3;
    if ((one.selector & ~kRing) == 0 && (other.selector & ~kRing) == 0 && (one.unusable || other.unusable)) return;
    field("base", one.base, other.base);
    if (one.unusable || other.unusable) return field("unusable", one.unusable, other.unusable);
    field("limit", one.limit, other.limit);
    field("type", one.type, other.type);
    field("dpl", one.dpl, other.dpl);
    field("S", one.code_or_data, other.code_or_data);
    field("L", one.long_code, other.long_code);
    field("D/B", one.big, other.big);
    field("G", one.granular, other.granular);
}

void compare_table(Found& found, std::string_view name, const x86::DescriptorTable& one, const x86::DescriptorTable& other)
{
    compare(found, fmt::format("{} base", name), one.base, other.base);
    compare(found, fmt::format("{} limit", name), one.limit, other.limit);
}

void compare_system(Found& found, const x86::SystemRegisters& one, const x86::SystemRegisters& other)
{
    constexpr std::array<std::string_view, 6> kNames{"es", "cs", "ss", "ds", "fs", "gs"};
    for (const Seg seg : {Seg::Es, Seg::Cs, Seg::Ss, Seg::Ds, Seg::Fs, Seg::Gs})
        compare_segment(found, kNames[static_cast<std::size_t>(seg)], segment(one, seg), segment(other, seg));
    compare_segment(found, "tr", one.tr, other.tr);
    compare_segment(found, "ldt", one.ldt, other.ldt);
    compare_table(found, "gdt", one.gdt, other.gdt);
    compare_table(found, "idt", one.idt, other.idt);
    compare(found, "cr0", one.cr0.word(), other.cr0.word());
    compare(found, "cr2", one.cr2, other.cr2);
    compare(found, "cr3", one.cr3, other.cr3);
    compare(found, "cr4", one.cr4.word(), other.cr4.word());
    compare(found, "efer", one.efer.word(), other.efer.word());
}

void compare_memory(Found& found, const Sequence& sequence, const Ending& one, const Ending& other)
{
    constexpr std::size_t kMostReported = 16;
    std::size_t reported = 0;
    for (std::size_t at = 0; at < one.memory.size() && reported < kMostReported; ++at) {
        const std::byte different = one.memory[at] ^ other.memory[at];
        if ((different & ~masked_bits(sequence, at)) == std::byte{} || is_nan_on_both(sequence, at, one, other)) continue;
        compare(found, fmt::format("[{:#x}]", at), std::to_integer<unsigned>(one.memory[at]),
                std::to_integer<unsigned>(other.memory[at]));
        ++reported;
    }
}

}  // namespace

std::vector<std::string> differences(const Sequence& sequence, const Ending& one, const Ending& other)
{
    Found found;
    if (one.end != other.end || (one.end != Ending::End::Ended && one.exit != other.exit))
        found.push_back(fmt::format("exit: {}, {}", one.exit, other.exit));
    compare_registers(found, sequence, one.state.registers, other.state.registers);
    compare_system(found, one.state.system, other.state.system);
    compare_memory(found, sequence, one, other);
    return found;
}

}  // namespace husk::test
