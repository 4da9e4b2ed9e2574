#include "hostile/setup.hpp"

#include <algorithm>
#include <vector>

namespace husk::hostile {

namespace {

using x86::Cr0;
using x86::Cr4;
using x86::Efer;
using x86::Rflags;

/// Descriptors by their place in the GDT, of which the LDT is a copy. Selectors are these times 8.
enum Descriptor : std::uint16_t { Code32 = 1, Data32, Code64, UserCode32, UserData32, UserCode64, Code16, Data16, Tss, Ldt = 11 };
constexpr std::array<std::uint64_t, 22> kDescriptors{
    0,
    0x00CF'9B00'0000'FFFF,  // 32-bit code
    0x00CF'9300'0000'FFFF,  // data
    0x00AF'9B00'0000'FFFF,  // 64-bit code
    0x00CF'FB00'0000'FFFF,  // the same for ring 3
    0x00CF'F300'0000'FFFF,  //
    0x00AF'FB00'0000'FFFF,  //
    0x0000'9B00'0000'FFFF,  // 16-bit code
    0x0000'9300'0000'FFFF,  // 16-bit data
    0x0000'8900'2400'00FF,  // TSS, of two entries in long mode
    0,                      //
    0x0000'8200'2200'01FF,  // LDT, likewise
    0,                      //
    0x0000'EC00'0008'8000,  // call gate to 32-bit code, likewise
    0,                      //
    0x0000'E500'0088'0000,  // task gate to the second TSS
    0x00CF'9700'0000'0FFF,  // data that expands down
    0x0000'8900'2800'00FF,  // second TSS
    0x00CF'9F00'0000'FFFF,  // conforming code
    0x00CF'1300'0000'FFFF,  // data that is not present
    0x0000'8100'2800'00FF,  // 16-bit TSS
    0x0000'E400'0008'8000,  // 16-bit call gate
};
constexpr std::size_t kGates = 256;
constexpr std::uint64_t kPresentWritableUser = 7;
constexpr std::uint64_t kLargePage = 0x80;

bool is_user(Start start)
{
    return start == Start::ProtectedUser || start == Start::PagedUser || start == Start::PaeUser || start == Start::LongUser;
}

bool is_long(Start start)
{
    return start == Start::Long || start == Start::LongUser || start == Start::Compatibility || start == Start::Nonsense;
}

template <typename Value>
void put(GuestMemory& memory, std::uint64_t at, Value value)
{
    static_cast<void>(memory.store(GuestPhys{at}, value));
}

std::uint16_t handler(Random& random)
{
    return static_cast<std::uint16_t>(kCode + random.below(random.one_in(2) ? 16 : kCodeEnd - kCode));
}

/// A gate's first 8 bytes. SDM Vol. 3A, "IDT Descriptors" (6.11).
std::uint64_t gate(Start start, Random& random)
{
    constexpr std::array<std::uint64_t, 8> kTypes{0xE, 0xE, 0xE, 0xF, 0xF, 0x6, 0x7, 0x5};
    const bool task = random.one_in(16);
    const std::uint64_t type = task ? 0x5 : is_long(start) ? 0xE : random.of(kTypes);
    const std::uint64_t privilege = random.below(4);
    const std::uint64_t selector = task ? 17 * 8 : (is_long(start) ? Code64 : type < 8 ? Code16 : Code32) * 8;
    const std::uint64_t stack = is_long(start) ? random.below(8) : 0;
    return handler(random) | selector << 16 | stack << 32 | type << 40 | privilege << 45 | 1ull << 47;
}

void write_descriptor_tables(GuestMemory& memory, Start start, Random& random)
{
    for (std::size_t i = 0; i < kDescriptors.size(); ++i) {
        put(memory, kGdt + 8 * i, kDescriptors[i]);
        put(memory, kLdt + 8 * i, kDescriptors[i]);
    }
    for (std::size_t i = 0; i < kGates; ++i) {
        if (start == Start::Real) {
            put<std::uint32_t>(memory, 4 * i, handler(random));
        } else {
            put(memory, kIdt + (is_long(start) ? 16 : 8) * i, gate(start, random));
        }
    }
    for (const std::uint64_t tss : {kTss, kTss2}) {
        for (std::uint64_t at = 4; at < 0x60; at += 8) put<std::uint64_t>(memory, tss + at, kStackEnd - 0x100);
        if (is_long(start)) continue;
        for (std::uint64_t at = 4; at < 28; at += 8)
            put<std::uint64_t>(memory, tss + at, kStackEnd | std::uint64_t{Data32 * 8} << 32);
        put<std::uint32_t>(memory, tss + 28, static_cast<std::uint32_t>(kTables));
        put<std::uint32_t>(memory, tss + 32, handler(random));
        put<std::uint32_t>(memory, tss + 36, 2);
        constexpr std::array<std::uint32_t, 6> kSelectors{Data32 * 8, Code32 * 8, Data32 * 8, Data32 * 8, Data32 * 8, 0};
        for (std::size_t i = 0; i < kSelectors.size(); ++i) put(memory, tss + 72 + 4 * i, kSelectors[i]);
        put<std::uint32_t>(memory, tss + 96, Ldt * 8);
        put<std::uint16_t>(memory, tss + 102, 0x68);
    }
}

/// The first 2 MiB (4 MiB in 32-bit paging) page by page, then large pages.
void write_page_tables(GuestMemory& memory, Start start)
{
    constexpr std::uint64_t kTop = kTables, kPointers = 0x4000, kDirectory = 0x5000, kTable = 0x6000;
    if (start == Start::Paged || start == Start::PagedUser) {
        for (std::uint32_t i = 0; i < 1024; ++i) put<std::uint32_t>(memory, kTable + 4 * i, i << 12 | 7);
        put<std::uint32_t>(memory, kTop, kTable | kPresentWritableUser);
        for (std::uint32_t i = 1; i < 1024; ++i) put<std::uint32_t>(memory, kTop + 4 * i, i << 22 | 0x87);
        return;
    }
    for (std::uint64_t i = 0; i < 512; ++i) {
        put(memory, kTable + 8 * i, i << 12 | kPresentWritableUser);
        put(memory, kDirectory + 8 * i, i == 0 ? kTable | kPresentWritableUser : i << 21 | kLargePage | kPresentWritableUser);
    }
    if (!is_long(start)) {
        for (std::uint64_t i = 0; i < 4; ++i) put(memory, kTop + 8 * i, kDirectory | 1);
        return;
    }
    for (const std::uint64_t i : {0ull, 1ull, 511ull}) put(memory, kPointers + 8 * i, kDirectory | kPresentWritableUser);
    for (const std::uint64_t i : {0ull, 256ull, 511ull}) put(memory, kTop + 8 * i, kPointers | kPresentWritableUser);
}

x86::Segment segment(std::uint16_t index, std::uint8_t type, unsigned privilege)
{
    return {.limit = 0xFFFF'FFFF,
            .selector = static_cast<std::uint16_t>(index * 8 + privilege),
            .type = type,
            .dpl = static_cast<std::uint8_t>(privilege),
            .present = true,
            .code_or_data = true,
            .big = true,
            .granular = true};
}

x86::Segment real_segment(std::uint8_t type, std::uint8_t privilege)
{
    return {.limit = 0xFFFF, .type = type, .dpl = privilege, .present = true, .code_or_data = true};
}

constexpr std::uint8_t kCodeType = 0xB;
constexpr std::uint8_t kDataType = 0x3;

void set_segments(x86::SystemRegisters& system, Start start)
{
    const unsigned privilege = is_user(start) ? 3 : 0;
    system.cs = segment(privilege == 0 ? Code32 : UserCode32, kCodeType, privilege);
    system.ss = segment(privilege == 0 ? Data32 : UserData32, kDataType, privilege);
    if (bits(start) == 64) {
        system.cs.selector = static_cast<std::uint16_t>((privilege == 0 ? Code64 : UserCode64) * 8 + privilege);
        system.cs.long_code = true;
        system.cs.big = false;
    }
    if (start == Start::Protected16) {
        system.cs = real_segment(kCodeType, 0);
        system.cs.selector = Code16 * 8;
        system.ss = real_segment(kDataType, 0);
        system.ss.selector = Data16 * 8;
    }
    if (start == Start::Real || start == Start::Virtual86) {
        const std::uint8_t level = start == Start::Virtual86 ? 3 : 0;
        system.cs = real_segment(start == Start::Virtual86 ? kDataType : kCodeType, level);
        system.ss = real_segment(kDataType, level);
    }
    system.ds = system.es = system.fs = system.gs = system.ss;
}

void set_controls(x86::State& state, Start start, Random& random)
{
    x86::SystemRegisters& system = state.system;
    system.cr0 = Cr0::ET;
    if (start != Start::Real) system.cr0 = system.cr0 | Cr0::PE;
    const bool paged32 = start == Start::Paged || start == Start::PagedUser;
    const bool pae = start == Start::Pae || start == Start::PaeUser;
    if (paged32 || pae || is_long(start)) {
        system.cr0 = system.cr0 | Cr0::PG | Cr0::WP | Cr0::AM;
        system.cr3 = kTables;
    }
    if (paged32) system.cr4 = Cr4::PSE;
    if (pae || is_long(start)) system.cr4 = Cr4::PAE;
    if (is_long(start)) system.efer = Efer::LME | Efer::LMA;
    if (random.one_in(2)) system.efer = system.efer | Flags<Efer>{1} | Efer::NXE;  // SYSCALL too
    if (random.one_in(2)) system.cr4 = system.cr4 | Cr4::OSFXSR;
    // VME, PVI, TSD, DE, PGE, PCE, OSXMMEXCPT, UMIP, LA57, FSGSBASE, PCIDE, OSXSAVE, SMEP, SMAP, PKE: any.
    constexpr std::uint64_t kAnyOfCr4 = 0x77'1D8F;
    if (random.one_in(2)) system.cr4 = Flags<Cr4>{system.cr4.word() | (random.next() & random.next() & kAnyOfCr4)};
    if (start == Start::Virtual86) state.registers.rflags |= Rflags::VM;
}

}  // namespace

unsigned bits(Start start)
{
    switch (start) {
        case Start::Real:
        case Start::Virtual86:
        case Start::Protected16: return 16;
        case Start::Long:
        case Start::LongUser:
        case Start::Nonsense: return 64;
        default: return 32;
    }
}

std::uint64_t likely_value(Random& random)
{
    constexpr std::array<std::uint64_t, 14> kPlaces{
        0,         kGdt,        kTables,    kStackEnd,  kCode,      0xA000,    kMemorySize,
        0x10'0000, 0xFFFF'F000, 1ull << 40, 1ull << 47, 1ull << 52, ~0xFFFull, 0xFFFF'8000'0000'0000,
    };
    switch (random.below(5)) {
        case 0: return random.next();
        case 1: return random.below(64);
        case 2: return random.next() & 0xFFFF'FFFF;
        default: return random.of(kPlaces) + random.below(64) - 32;
    }
}

x86::State set_up(GuestMemory& memory, Start start, std::span<const std::byte> code, Random& random)
{
    write_descriptor_tables(memory, start, random);
    write_page_tables(memory, start);
    for (std::uint64_t at = kCode; at < kCodeEnd && !code.empty(); at += code.size()) {
        const auto fits = code.first(std::min<std::size_t>(code.size(), kCodeEnd - at));
        static_cast<void>(memory.write(GuestPhys{at}, fits));
    }

    x86::State state;
    x86::Registers& registers = state.registers;
    for (auto* each : {&registers.rax, &registers.rbx, &registers.rcx, &registers.rdx, &registers.rsi, &registers.rdi,
                       &registers.rbp, &registers.r8, &registers.r9, &registers.r10, &registers.r11, &registers.r12, &registers.r13,
                       &registers.r14, &registers.r15})
        *each = likely_value(random);
    registers.rsp = random.one_in(8) ? likely_value(random) : kStackEnd;
    registers.rip = kCode;
    constexpr std::uint64_t kFlags = 0x0024'4CD5;  // arithmetic, DF, NT, AC, ID: any
    registers.rflags = Flags<Rflags>{(random.next() & kFlags) | random.below(4) << 12} | Rflags::One;
    set_segments(state.system, start);
    set_controls(state, start, random);
    state.system.gdt = {.base = kGdt, .limit = 0xFF};
    state.system.idt = {.base = start == Start::Real ? 0 : kIdt, .limit = 0xFFF};
    state.system.tr = {.base = kTss, .limit = 0xFF, .selector = Tss * 8, .type = 0xB, .present = true};
    state.system.ldt = {.base = kLdt, .limit = 0x1FF, .selector = Ldt * 8, .type = 0x2, .present = true};
    if (start == Start::Nonsense) spoil(state.system, random);
    return state;
}

void spoil_tables(GuestMemory& memory, Random& random)
{
    for (std::uint64_t left = random.below(40); left > 0; --left) {
        const std::uint64_t at = kIdt + random.below((kStackEnd - kIdt) / 8) * 8;
        std::uint64_t entry = memory.load<std::uint64_t>(GuestPhys{at}).value_or(0);
        switch (random.below(4)) {
            case 0: entry = random.next(); break;
            case 1: entry ^= 1ull << random.below(64); break;
            case 2: entry = likely_value(random) | random.below(256); break;
            default: entry ^= random.next() & 0xFF00'0000'00FF; break;
        }
        put(memory, at, entry);
    }
}

void spoil(x86::SystemRegisters& system, Random& random)
{
    const auto bit = [&random](auto& value) { value ^= static_cast<std::uint64_t>(1) << random.below(64); };
    std::array<std::uint64_t, 3> words{system.cr0.word(), system.cr4.word(), system.efer.word()};
    for (std::uint64_t left = random.below(6); left > 0; --left) bit(words[random.below(words.size())]);
    system.cr0 = Flags<Cr0>{words[0]};
    system.cr4 = Flags<Cr4>{words[1]};
    system.efer = Flags<Efer>{words[2]};
    if (random.one_in(3)) system.cr3 = likely_value(random);
    if (random.one_in(3)) system.gdt = {.base = likely_value(random), .limit = static_cast<std::uint16_t>(random.next())};
    if (random.one_in(3)) system.idt = {.base = likely_value(random), .limit = static_cast<std::uint16_t>(random.next())};
    for (auto* each : {&system.cs, &system.ss, &system.ds, &system.es, &system.fs, &system.gs, &system.tr, &system.ldt}) {
        if (!random.one_in(3)) continue;
        const std::uint64_t noise = random.next();
        const auto flag = [noise](unsigned place) { return (noise >> place & 1) != 0; };
        each->base = random.one_in(2) ? likely_value(random) : each->base;
        each->limit = random.one_in(2) ? static_cast<std::uint32_t>(random.next()) : each->limit;
        each->selector = random.one_in(2) ? static_cast<std::uint16_t>(random.next()) : each->selector;
        each->type = static_cast<std::uint8_t>(noise >> 8);  // more than the 4 bits there are
        each->dpl = static_cast<std::uint8_t>(noise >> 16);
        each->present = flag(0) || flag(1);
        each->code_or_data = flag(2) || flag(3);
        each->long_code = flag(4);
        each->big = flag(5);
        each->granular = flag(6);
        each->unusable = flag(7) && flag(24);
    }
}

}  // namespace husk::hostile
