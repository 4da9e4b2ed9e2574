#include "differential/start.hpp"

#include "differential/places.hpp"
#include "support/bytes.hpp"
#include "x86/paging.hpp"

#include <array>

namespace husk::test {

namespace {

using x86::Cr0;
using x86::Cr4;
using x86::Efer;
using x86::PageBit;
using x86::Segment;

// SDM Vol. 3A, tables 3-1 and 3-2; accessed, and busy, as a processor leaves them.
constexpr std::uint8_t kCodeReadable = 0b1011, kDataWritable = 0b0011, kBusyTss = 0b1011, kLdt = 0b0010;
constexpr std::uint32_t kFlatLimit = 0xFFFF'FFFF, kRealLimit = 0xFFFF;
constexpr std::uint64_t kHighestBase = 0x8000;  // code, data and stack are all above it
// A base in the upper half, such that adding to it wraps around.
constexpr std::uint64_t kUpperHalf = 0xFFFF'8000'0000'0000;
constexpr std::uint16_t kTssSize = 104;

Segment real_segment(Random& random, Seg seg)
{
    const std::uint64_t base = random.chance(40) ? 0 : random.below(kHighestBase / 16) * 16ull;
    return {.base = base,
            .limit = kRealLimit,
            .selector = static_cast<std::uint16_t>(base / 16),
            .type = seg == Seg::Cs ? kCodeReadable : kDataWritable,
            .present = true,
            .code_or_data = true};
}

Segment protected_segment(Random& random, Setting setting, Seg seg)
{
    const bool code = seg == Seg::Cs;
    Segment segment{.limit = kFlatLimit,
                    .selector = selector_of(seg, ring(setting)),
                    .type = code ? kCodeReadable : kDataWritable,
                    .dpl = static_cast<std::uint8_t>(ring(setting)),
                    .present = true,
                    .code_or_data = true,
                    .big = code ? bits(setting) == 32 : random.chance(80),
                    .granular = true};
    if (bits(setting) == 64) {
        segment.long_code = code;
        if (seg == Seg::Fs) segment.base = random.below(kHighestBase);
        if (seg == Seg::Gs) segment.base = kUpperHalf + random.below(1u << 30);
        return segment;
    }
    // The handlers of long mode have no base of the stack: the stack has none either.
    if (random.chance(60) && !(is_long(setting) && seg == Seg::Ss)) segment.base = random.below(kHighestBase);
    if (random.chance(30)) {
        segment.limit = static_cast<std::uint32_t>(places::kEnd - segment.base - 1);
        segment.granular = false;
    }
    return segment;
}

void set_segments(Sequence& sequence, Random& random)
{
    x86::SystemRegisters& system = sequence.start.system;
    for (const Seg seg : {Seg::Es, Seg::Cs, Seg::Ss, Seg::Ds, Seg::Fs, Seg::Gs})
        segment(system, seg) =
            sequence.setting == Setting::Real ? real_segment(random, seg) : protected_segment(random, sequence.setting, seg);
    system.tr = {.base = places::kTss, .limit = kTssSize - 1, .selector = kTssSelector, .type = kBusyTss, .present = true};
    system.ldt = {.limit = kRealLimit, .type = kLdt, .present = true};
}

void set_control(Sequence& sequence)
{
    x86::SystemRegisters& system = sequence.start.system;
    const Setting setting = sequence.setting;
    system.cr0 = Cr0::ET | Cr0::NE | Cr0::MP;
    system.cr4 = Cr4::OSFXSR | Cr4::OSXMMEXCPT;
    system.idt = {.base = 0, .limit = 0x3FF};
    if (setting == Setting::Real) return;
    system.gdt = {.base = places::kGdt, .limit = kKernelStack + 7};
    system.idt = {.base = places::kIdt, .limit = static_cast<std::uint16_t>(places::kVectors * (is_long(setting) ? 16 : 8) - 1)};
    system.cr0 |= Cr0::PE;
    if (!is_paged(setting)) return;
    system.cr0 |= Cr0::WP | Cr0::PG;
    system.cr3 = places::kTables;
    if (setting != Setting::Paged) system.cr4 |= Cr4::PAE;
    if (is_long(setting)) system.efer = Efer::LME | Efer::LMA;
}

/// Tables of each level one behind the other, with entry 0 of each leading to the next, and pages of 4 KiB.
void set_tables(Sequence& sequence)
{
    if (!is_paged(sequence.setting)) return;
    const x86::PagingShape shape = is_long(sequence.setting)          ? x86::kPaging4Level
                                   : sequence.setting == Setting::Pae ? x86::kPagingPae
                                                                      : x86::kPaging32;
    const auto store = [&](std::uint64_t at, std::uint64_t entry) {
        for (unsigned i = 0; i < shape.entry_size; ++i) sequence.memory[at + i] = static_cast<std::byte>(entry >> (8 * i));
    };
    constexpr auto kUsed = PageBit::PRESENT | PageBit::RW | PageBit::USER | PageBit::ACCESSED;
    std::uint64_t table = places::kTables;
    for (unsigned level = shape.levels; level > 1; --level, table += kPageSize) {
        const bool pae_top = shape == x86::kPagingPae && level == shape.levels;
        store(table, (table + kPageSize) | (pae_top ? Flags<PageBit>{PageBit::PRESENT} : kUsed).word());
    }
    for (std::uint64_t page = 0; page < places::kEnd; page += kPageSize) {
        const std::uint64_t frame = page == places::kMovedPage ? places::kMovedTo
                                    : page == places::kMovedTo ? places::kMovedPage
                                                               : page;
        store(table + page / kPageSize * shape.entry_size, frame | (kUsed | PageBit::DIRTY).word());
    }
}

void set_descriptors(Sequence& sequence)
{
    const x86::SystemRegisters& system = sequence.start.system;
    const auto store = [&](std::uint16_t selector, const Segment& of) {
        put(sequence.memory, places::kGdt + (selector & ~7u), descriptor(of));
    };
    for (const Seg seg : {Seg::Es, Seg::Cs, Seg::Ss, Seg::Ds, Seg::Fs, Seg::Gs}) store(selector_of(seg, 0), segment(system, seg));
    store(kTssSelector, system.tr);
    Segment code = system.cs;
    Segment stack = system.ss;
    code.dpl = stack.dpl = 0;
    code.long_code = is_long(sequence.setting);
    code.big = !is_long(sequence.setting) && system.cs.big;
    if (is_long(sequence.setting)) code.base = 0;
    store(kKernelCode, code);
    store(kKernelStack, stack);
}

void set_data(Sequence& sequence, Random& random)
{
    // Numbers as floating point has them, and integers; some of it alike, for strings to compare.
    constexpr std::array kDoubles{1.0, -1.0, 0.0, 1.5, -3.25, 1e10, 1e-10, 123456.789, 3.0, 2.0};
    std::uint64_t last = 0;
    for (std::uint64_t at = places::kStack; at < places::kStackEnd; at += sizeof last) put(sequence.memory, at, random.next());
    for (std::uint64_t at = places::kData; at < places::kDataEnd; at += sizeof last) {
        const unsigned kind = random.below(8);
        if (kind < 2) last = random.next();
        if (kind == 2) last = random.value();
        if (kind == 3) std::memcpy(&last, &random.pick(kDoubles), sizeof last);
        const bool moved = is_paged(sequence.setting) && at >= places::kMovedPage;
        put(sequence.memory, moved ? at - places::kMovedPage + places::kMovedTo : at, last);
    }
}

void set_registers(Sequence& sequence, Random& random)
{
    x86::Registers& registers = sequence.start.registers;
    const unsigned width = bits(sequence.setting);
    const std::uint64_t mask = width == 64 ? ~0ull : 0xFFFF'FFFF;
    for (auto* each :
         {&registers.rax, &registers.rbx, &registers.rcx, &registers.rdx, &registers.rsi, &registers.rdi, &registers.rbp})
        *each = random.value() & mask;
    if (width == 64) {
        for (auto* each : {&registers.r8, &registers.r9, &registers.r10, &registers.r11, &registers.r12, &registers.r13,
                           &registers.r14, &registers.r15})
            *each = random.value();
    }
    const x86::SystemRegisters& system = sequence.start.system;
    registers.rip = places::kCode - system.cs.base;
    registers.rsp = places::kStackStart - (width == 64 ? 0 : system.ss.base);
    registers.rflags = FlagSet{x86::Rflags::One} | FlagSet{random.next() & kStatus.word()};
    // A KVM that runs ring 3 natively cannot run it with interrupts off.
    if (ring(sequence.setting) == 3) registers.rflags |= x86::Rflags::IF;
}

}  // namespace

std::uint64_t descriptor(const x86::Segment& segment)
{
    // Limit 15:0 and 19:16, base 23:0 and 31:24, and the byte and a half of attributes between.
    const std::uint64_t limit = segment.granular ? segment.limit >> 12 : segment.limit;
    const std::uint64_t base = segment.base & 0xFFFF'FFFF;
    const std::uint64_t access = segment.type | static_cast<unsigned>(segment.code_or_data) << 4 |
                                 static_cast<unsigned>(segment.dpl) << 5 | static_cast<unsigned>(segment.present) << 7;
    const std::uint64_t flags = static_cast<unsigned>(segment.available) | static_cast<unsigned>(segment.long_code) << 1 |
                                static_cast<unsigned>(segment.big) << 2 | static_cast<unsigned>(segment.granular) << 3;
    return (limit & 0xFFFF) | (base & 0xFF'FFFF) << 16 | access << 40 | (limit >> 16 & 0xF) << 48 | flags << 52 |
           (base >> 24) << 56;
}

void make_start(Sequence& sequence, Random& random)
{
    sequence.memory.assign(places::kEnd, std::byte{});
    set_segments(sequence, random);
    set_control(sequence);
    set_tables(sequence);
    if (sequence.setting != Setting::Real) set_descriptors(sequence);
    make_handlers(sequence);
    set_data(sequence, random);
    set_registers(sequence, random);
}

}  // namespace husk::test
