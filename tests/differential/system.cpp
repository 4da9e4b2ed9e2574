// What only ring 0 may: control registers, descriptor tables, model-specific registers.
#include "differential/families.hpp"

#include <array>

namespace husk::test {

namespace {

unsigned whole_width(const Maker& maker)
{
    return maker.bits() == 64 ? 64 : 32;
}

void add_control(Maker& maker, bool write, unsigned control, unsigned reg)
{
    const auto opcode = static_cast<std::uint8_t>(write ? 0x22 : 0x20);
    maker.add(maker.with({.opcode = {0x0F, opcode}, .fixed_size = true, .modrm = {{control, reg}}}));
}

void read_control(Maker& maker)
{
    constexpr std::array kReadable{0u, 2u, 3u, 4u};
    add_control(maker, false, maker.random().pick(kReadable), maker.target(32));
}

/// CR2 to anything, CR3 to what it was, CR0 and CR4 with bits changed that the sequence does not feel.
void write_control(Maker& maker)
{
    using x86::Cr0;
    using x86::Cr4;
    const x86::SystemRegisters& system = maker.system();
    const unsigned width = whole_width(maker);
    const unsigned from = maker.target(width);
    struct Write {
        unsigned control;
        std::uint64_t value;
    };
    const std::uint64_t flip0 = (Cr0::MP | Cr0::NE | Cr0::WP | Cr0::AM).word() & maker.random().next();
    const std::uint64_t flip4 = (Cr4::PGE | Cr4::OSXMMEXCPT).word() & maker.random().next();
    const std::array writes{Write{0, system.cr0.word() ^ flip0}, Write{2, maker.random().value()}, Write{3, system.cr3},
                            Write{4, system.cr4.word() ^ flip4}};
    // In PAE paging all but CR2 load the PDPTEs anew, which may then have a bit that is reserved: see known_differences().
    const Write& write = maker.setting() == Setting::Pae ? writes[1] : maker.random().pick(writes);
    maker.load(from, write.value, width);
    add_control(maker, true, write.control, from);
}

/// SMSW, CLTS, INVLPG, STR, SLDT
void machine_status(Maker& maker)
{
    switch (maker.random().below(4)) {
        case 0: {
            maker.name("smsw");
            const Memory to = maker.memory(2, Maker::Use::Write);
            return maker.add(maker.with({.opcode = {0x0F, 0x01}, .fixed_size = true, .modrm = {{4, to}}}));
        }
        case 1: maker.name("clts"); return maker.add_bytes({0x0F, 0x06});
        case 2: {
            maker.name("invlpg");
            const Memory of = maker.memory(1, Maker::Use::Read);
            return maker.add(maker.with({.opcode = {0x0F, 0x01}, .fixed_size = true, .modrm = {{7, of}}}));
        }
        default: {
            maker.name("str, sldt");
            if (maker.setting() == Setting::Real) return maker.add_bytes({0x90});
            const unsigned number = maker.random().below(2);
            const Memory to = maker.memory(2, Maker::Use::Write);
            maker.add(maker.with({.opcode = {0x0F, 0x00}, .fixed_size = true, .modrm = {{number, to}}}));
        }
    }
}

/// SGDT and SIDT, and LGDT and LIDT of what they stored
void descriptor_table(Maker& maker)
{
    constexpr unsigned kLargest = 10, kStore = 0, kLoad = 2;
    const unsigned table = maker.random().below(2);
    const Memory at = maker.memory(kLargest, Maker::Use::Write);
    maker.add(maker.with({.opcode = {0x0F, 0x01}, .fixed_size = true, .modrm = {{kStore + table, at}}}));
    // Of code of 16 bits a load takes 24 bits of the base, which is all that it has.
    if (maker.random().chance(50))
        maker.add(maker.with({.opcode = {0x0F, 0x01}, .fixed_size = true, .modrm = {{kLoad + table, at}}}));
}

/// WRMSR of what keeps anything, and RDMSR
void model_specific(Maker& maker)
{
    constexpr std::array<std::uint32_t, 3> kRegisters{0xC000'0082, 0xC000'0083, 0xC000'0102};  // LSTAR, CSTAR, KERNEL_GS_BASE
    constexpr std::uint8_t kRead = 0x32, kWrite = 0x30;
    maker.load(reg::kCx, maker.random().pick(kRegisters), 32);
    maker.load(reg::kAx, maker.random().value(), 32);
    maker.load(reg::kDx, maker.random().below(0x7FFF), 32);  // canonical
    maker.add_bytes({0x0F, kWrite});
    maker.load(reg::kAx, 0, 32);
    maker.load(reg::kDx, 0, 32);
    maker.add_bytes({0x0F, kRead});
}

void read_efer(Maker& maker)
{
    constexpr std::uint32_t kEfer = 0xC000'0080;
    maker.load(reg::kCx, kEfer, 32);
    maker.add_bytes({0x0F, 0x32});
}

/// SWAPGS there and back: with a base in between that is seen.
void swap_gs(Maker& maker)
{
    constexpr std::uint32_t kKernelGsBase = 0xC000'0102, kGsBase = 0xC000'0101;
    maker.load(reg::kCx, kKernelGsBase, 32);
    maker.load(reg::kAx, maker.random().value(), 32);
    maker.load(reg::kDx, maker.random().below(0x7FFF), 32);
    maker.add_bytes({0x0F, 0x30, 0x0F, 0x01, 0xF8});  // wrmsr; swapgs
    maker.load(reg::kCx, kGsBase, 32);
    maker.add_bytes({0x0F, 0x32, 0x0F, 0x01, 0xF8});  // rdmsr; swapgs
}

void debug_register(Maker& maker)
{
    constexpr std::array kReadable{0u, 3u, 6u, 7u};
    maker.add(
        maker.with({.opcode = {0x0F, 0x21}, .fixed_size = true, .modrm = {{maker.random().pick(kReadable), maker.target(32)}}}));
}

void interrupts(Maker& maker)
{
    constexpr unsigned kCli = 0xFA, kSti = 0xFB, kNop = 0x90;
    maker.add_bytes({kSti, kNop});
    if (maker.random().chance(50)) maker.add_bytes({kCli});
}

/// VERR, VERW, LAR, LSL of a selector of the GDT
void verify(Maker& maker)
{
    constexpr unsigned kSelectors = 16;
    const unsigned of = maker.target(16);
    maker.load(of, maker.random().below(kSelectors) * 8ull, 16);
    const unsigned kind = maker.random().below(4);
    if (kind < 2)
        return maker.add(maker.with({.opcode = {0x0F, 0x00}, .fixed_size = true, .modrm = {{4 + kind, of}}}), {.writes = kZero});
    const auto opcode = static_cast<std::uint8_t>(kind);  // 0F 02, 0F 03
    const unsigned width = maker.width();
    maker.add(maker.with({.opcode = {0x0F, opcode}, .operand_bits = width, .modrm = {{maker.target(width), of}}}),
              {.writes = kZero});
}

bool is_protected_ring_0(Setting setting)
{
    return is_ring_0(setting) && setting != Setting::Real;
}
bool is_long_ring_0(Setting setting)
{
    return is_ring_0(setting) && is_long(setting);
}
bool is_long_code(Setting setting)
{
    return setting == Setting::Long;
}

constexpr std::array kFamilies{
    Family{"mov from cr", read_control, 1, Level::Interpreted, is_ring_0},
    Family{"mov to cr", write_control, 1, Level::Interpreted, is_ring_0},
    Family{"machine status", machine_status, 1, Level::Interpreted, is_ring_0},
    Family{"sgdt, lgdt", descriptor_table, 1, Level::Interpreted, is_ring_0},
    Family{"wrmsr, rdmsr", model_specific, 1, Level::Interpreted, is_long_ring_0},
    Family{"rdmsr efer", read_efer, 1, Level::Interpreted, is_ring_0},
    Family{"swapgs", swap_gs, 1, Level::All, is_long_code},
    Family{"mov from dr", debug_register, 1, Level::Interpreted, is_ring_0},
    Family{"sti, cli", interrupts, 1, Level::Interpreted, is_ring_0},
    Family{"verr, lar", verify, 1, Level::All, is_protected_ring_0},
};

}  // namespace

std::span<const Family> system_families()
{
    return kFamilies;
}

}  // namespace husk::test
