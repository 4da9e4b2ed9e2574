#include "engine/soft/unicorn/convert.hpp"

namespace husk::soft {

namespace {

using x86::Cr0;
using x86::Cr4;
using x86::Efer;
using x86::Segment;
using x86::SystemRegisters;

/// `hflags`: what QEMU's translator must know of the processor's state, kept ready in one word (qemu, target/i386/cpu.h, HF_*).
enum class Hidden : std::uint32_t {
    CPL = 3u,          ///< current privilege level
    CS32 = 1u << 4,    ///< 32-bit (or 64-bit) code
    SS32 = 1u << 5,    ///< 32-bit stack pointer
    ADDSEG = 1u << 6,  ///< DS, ES or SS has a base
    PE = 1u << 7,
    MP = 1u << 9,
    EM = 1u << 10,
    TS = 1u << 11,
    LMA = 1u << 14,
    CS64 = 1u << 15,  ///< 64-bit code
    SVME = 1u << 20,
    OSFXSR = 1u << 22,
    SMAP = 1u << 23,
};

constexpr Flags<Hidden> operator|(Hidden a, Hidden b)
{
    return Flags<Hidden>{a} | b;
}

constexpr Flags<Hidden> kDerived = Hidden::CPL | Hidden::CS32 | Hidden::SS32 | Hidden::ADDSEG | Hidden::PE | Hidden::MP |
                                   Hidden::EM | Hidden::TS | Hidden::LMA | Hidden::CS64 | Hidden::SVME | Hidden::OSFXSR |
                                   Hidden::SMAP;
constexpr std::uint64_t kEferSvme = 1u << 12;
constexpr std::uint64_t kCr4Smap = 1u << 21;

// Bits of a descriptor's upper half. SDM Vol. 3A, "Segment Descriptors" (3.4.5).
constexpr unsigned kTypeShift = 8, kSShift = 12, kDplShift = 13, kPShift = 15, kAvlShift = 20, kLShift = 21, kDbShift = 22,
                   kGShift = 23;

constexpr bool bit(std::uint32_t word, unsigned shift)
{
    return (word >> shift & 1) != 0;
}

enum Index : std::size_t { Es, Cs, Ss, Ds, Fs, Gs };

constexpr std::size_t place(const Layout& layout, Index index)
{
    return layout.segments + index * sizeof(StoredSegment);
}

Segment read_segment(const Context& context, std::size_t at)
{
    const auto stored = context.get<StoredSegment>(at);
    return {
        .base = stored.base,
        .limit = stored.limit,
        .selector = static_cast<std::uint16_t>(stored.selector),
        .type = static_cast<std::uint8_t>(stored.flags >> kTypeShift & 0xF),
        .dpl = static_cast<std::uint8_t>(stored.flags >> kDplShift & 3),
        .present = bit(stored.flags, kPShift),
        .code_or_data = bit(stored.flags, kSShift),
        .available = bit(stored.flags, kAvlShift),
        .long_code = bit(stored.flags, kLShift),
        .big = bit(stored.flags, kDbShift),
        .granular = bit(stored.flags, kGShift),
        .unusable = !bit(stored.flags, kPShift),
    };
}

void write_segment(Context& context, std::size_t at, const Segment& segment)
{
    const bool present = segment.present && !segment.unusable;
    const std::uint32_t flags =
        static_cast<std::uint32_t>(segment.type & 0xFu) << kTypeShift |
        static_cast<std::uint32_t>(segment.code_or_data) << kSShift | static_cast<std::uint32_t>(segment.dpl & 3u) << kDplShift |
        static_cast<std::uint32_t>(present) << kPShift | static_cast<std::uint32_t>(segment.available) << kAvlShift |
        static_cast<std::uint32_t>(segment.long_code) << kLShift | static_cast<std::uint32_t>(segment.big) << kDbShift |
        static_cast<std::uint32_t>(segment.granular) << kGShift;
    context.set(at, StoredSegment{.selector = segment.selector, .base = segment.base, .limit = segment.limit, .flags = flags});
}

// SDM Vol. 3A, "TSS Descriptor" (8.2.2): 1 and 3 are 16-bit TSSs, 9 and 11 are 32- and 64-bit ones, available and busy.
constexpr std::uint8_t kTssMask = 0b0101, kTss = 0b0001, kTssBusy = 0b0010, kTss32 = 0b1001;

/// A processor's TR always holds a busy TSS; QEMU keeps it as an available one, and ends the process (cpu_abort()) if it finds
/// anything else there when it looks for a stack. What is no TSS becomes one without room for a stack: to use it raises #TS.
Segment to_stored_tr(Segment tr)
{
    if (!tr.present || tr.unusable || tr.code_or_data || (tr.type & kTssMask) != kTss)
        tr = {.limit = 0, .selector = tr.selector, .type = kTss32, .present = true};
    tr.type = static_cast<std::uint8_t>(tr.type & ~kTssBusy);
    return tr;
}

Segment from_stored_tr(Segment tr)
{
    tr.type |= kTssBusy;
    return tr;
}

/// QEMU does not ask whether there is an LDT: one without entries is the same.
Segment to_stored_ldt(Segment ldt)
{
    if (!ldt.present || ldt.unusable) ldt.limit = 0;
    return ldt;
}

x86::DescriptorTable read_table(const Context& context, std::size_t at)
{
    const auto stored = context.get<StoredSegment>(at);
    return {.base = stored.base, .limit = static_cast<std::uint16_t>(stored.limit)};
}

void write_table(Context& context, std::size_t at, const x86::DescriptorTable& table)
{
    context.set(at, StoredSegment{.base = table.base, .limit = table.limit});
}

/// What QEMU derives from the registers whenever one of them is loaded.
Flags<Hidden> hidden_flags(const SystemRegisters& system)
{
    Flags<Hidden> hidden;
    const auto when = [&hidden](bool condition, Flags<Hidden> flags) {
        if (condition) hidden |= flags;
    };
    const bool protection = system.cr0.has(Cr0::PE);
    const bool long_mode = system.efer.has(Efer::LMA);
    const bool code64 = long_mode && system.cs.long_code;
    const bool bases = (system.ds.base | system.es.base | system.ss.base) != 0;
    when(protection, Flags<Hidden>{static_cast<std::uint32_t>(system.ss.unusable ? system.cs.selector & 3 : system.ss.dpl)});
    when(code64 || system.cs.big, Hidden::CS32);
    when(code64 || system.ss.big, Hidden::SS32);
    when(!code64 && (!protection || !system.cs.big || bases), Hidden::ADDSEG);
    when(protection, Hidden::PE);
    when(system.cr0.has(Cr0::MP), Hidden::MP);
    when(system.cr0.has(Cr0::EM), Hidden::EM);
    when(system.cr0.has(Cr0::TS), Hidden::TS);
    when(long_mode, Hidden::LMA);
    when(code64, Hidden::CS64);
    when((system.efer.word() & kEferSvme) != 0, Hidden::SVME);
    when(system.cr4.has(Cr4::OSFXSR), Hidden::OSFXSR);
    when((system.cr4.word() & kCr4Smap) != 0, Hidden::SMAP);
    return hidden;
}

}  // namespace

SystemRegisters read_system(const Context& context, const Layout& layout)
{
    const auto control = [&](std::size_t number) { return context.get<std::uint64_t>(layout.cr + number * sizeof(std::uint64_t)); };
    SystemRegisters system;
    system.cs = read_segment(context, place(layout, Cs));
    system.ds = read_segment(context, place(layout, Ds));
    system.es = read_segment(context, place(layout, Es));
    system.fs = read_segment(context, place(layout, Fs));
    system.gs = read_segment(context, place(layout, Gs));
    system.ss = read_segment(context, place(layout, Ss));
    system.tr = from_stored_tr(read_segment(context, layout.tr));
    system.ldt = read_segment(context, layout.ldt);
    system.gdt = read_table(context, layout.gdt);
    system.idt = read_table(context, layout.idt);
    system.cr0 = Flags<Cr0>{control(0)};
    system.cr2 = control(2);
    system.cr3 = control(3);
    system.cr4 = Flags<Cr4>{control(4)};
    system.efer = Flags<Efer>{context.get<std::uint64_t>(layout.efer)};
    return system;
}

void write_system(Context& context, const Layout& layout, const SystemRegisters& system)
{
    const auto control = [&](std::size_t number, std::uint64_t value) { context.set(layout.cr + number * sizeof value, value); };
    Segment cs = system.cs;
    if (x86::bits_of_code(system) == 64) cs.base = 0;  // QEMU would heed it
    write_segment(context, place(layout, Cs), cs);
    write_segment(context, place(layout, Ds), system.ds);
    write_segment(context, place(layout, Es), system.es);
    write_segment(context, place(layout, Fs), system.fs);
    write_segment(context, place(layout, Gs), system.gs);
    write_segment(context, place(layout, Ss), system.ss);
    write_segment(context, layout.tr, to_stored_tr(system.tr));
    write_segment(context, layout.ldt, to_stored_ldt(system.ldt));
    write_table(context, layout.gdt, system.gdt);
    write_table(context, layout.idt, system.idt);
    control(0, system.cr0.word());
    control(2, system.cr2);
    control(3, system.cr3);
    control(4, system.cr4.word());
    context.set(layout.efer, system.efer.word());
    const Flags<Hidden> kept = Flags<Hidden>{context.get<std::uint32_t>(layout.hflags)}.without(kDerived);
    context.set(layout.hflags, (kept | hidden_flags(system)).word());
}

unsigned privilege_level(const Context& context, const Layout& layout)
{
    return context.get<std::uint32_t>(layout.hflags) & Flags<Hidden>{Hidden::CPL}.word();
}

}  // namespace husk::soft
