// The state each mode starts in, bit by bit: what simple-kvm.c gives its four guests.
#include "x86/modes.hpp"

#include <gtest/gtest.h>

#include <array>

namespace husk::x86 {
namespace {

constexpr GuestPhys kTables{0x2000};
// PE, MP, ET, NE, WP, AM, PG.
constexpr std::uint64_t kPagingCr0 = 0x8005'0033;

constexpr Segment kRealCode{.limit = 0xFFFF, .type = 11, .present = true, .code_or_data = true};
constexpr Segment kRealData{.limit = 0xFFFF, .type = 3, .present = true, .code_or_data = true};
constexpr Segment kFlatCode{
    .limit = 0xFFFF'FFFF, .selector = 8, .type = 11, .present = true, .code_or_data = true, .big = true, .granular = true};
constexpr Segment kFlatData{
    .limit = 0xFFFF'FFFF, .selector = 16, .type = 3, .present = true, .code_or_data = true, .big = true, .granular = true};
constexpr Segment kLongCode{
    .limit = 0xFFFF'FFFF, .selector = 8, .type = 11, .present = true, .code_or_data = true, .long_code = true, .granular = true};

void expect_data_segments(const SystemRegisters& system, const Segment& data)
{
    for (const Segment* segment : {&system.ds, &system.es, &system.fs, &system.gs, &system.ss}) EXPECT_EQ(*segment, data);
}

std::array<State, 4> all_modes()
{
    return {real_mode(0x1000, 0x8000), protected_mode(0x1000, 0x8000), paged_mode(0x1000, 0x8000, kTables),
            long_mode(0x1000, 0x8000, kTables)};
}

TEST(Modes, RealIsWhatAProcessorStartsIn)
{
    const SystemRegisters system = real_mode(0x1000, 0x8000).system;
    EXPECT_EQ(system.cr0, Cr0::ET);
    EXPECT_EQ(system.cr3, 0u);
    EXPECT_EQ(system.cr4.word(), 0u);
    EXPECT_EQ(system.efer.word(), 0u);
    EXPECT_EQ(system.cs, kRealCode);
    expect_data_segments(system, kRealData);
    EXPECT_EQ(system.idt, (DescriptorTable{.base = 0, .limit = 0x3FF}));
}

TEST(Modes, ProtectedIsFlatWithoutPaging)
{
    const SystemRegisters system = protected_mode(0x1000, 0x8000).system;
    EXPECT_EQ(system.cr0, Cr0::PE | Cr0::ET);
    EXPECT_EQ(system.cr3, 0u);
    EXPECT_EQ(system.cr4.word(), 0u);
    EXPECT_EQ(system.efer.word(), 0u);
    EXPECT_EQ(system.cs, kFlatCode);
    expect_data_segments(system, kFlatData);
}

TEST(Modes, PagedHasFourMebibytePages)
{
    const SystemRegisters system = paged_mode(0x1000, 0x8000, kTables).system;
    EXPECT_EQ(system.cr0.word(), kPagingCr0);
    EXPECT_EQ(system.cr3, kTables.value);
    EXPECT_EQ(system.cr4, Cr4::PSE);
    EXPECT_EQ(system.efer.word(), 0u);
    EXPECT_EQ(system.cs, kFlatCode);
    expect_data_segments(system, kFlatData);
}

TEST(Modes, LongIsActive)
{
    const SystemRegisters system = long_mode(0x1000, 0x8000, kTables).system;
    EXPECT_EQ(system.cr0.word(), kPagingCr0);
    EXPECT_EQ(system.cr3, kTables.value);
    EXPECT_EQ(system.cr4, Cr4::PAE);
    EXPECT_EQ(system.efer.word(), 0x500u);
    EXPECT_EQ(system.cs, kLongCode);
    expect_data_segments(system, kFlatData);
}

TEST(Modes, GeneralRegistersAreZeroButTwo)
{
    for (const State& state : all_modes()) EXPECT_EQ(state.registers, (Registers{.rsp = 0x8000, .rip = 0x1000}));
}

TEST(Modes, TaskRegisterAndLdtAreThoseOfReset)
{
    for (const State& state : all_modes()) {
        EXPECT_EQ(state.system.tr, (Segment{.limit = 0xFFFF, .type = 11, .present = true}));
        EXPECT_EQ(state.system.ldt, (Segment{.limit = 0xFFFF, .type = 2, .present = true}));
        EXPECT_EQ(state.system.gdt, DescriptorTable{});
        EXPECT_EQ(state.system.cr2, 0u);
        EXPECT_EQ(state.system.cr8, 0u);
    }
}

TEST(Modes, RealEntryAbove64KGoesIntoCs)
{
    struct {
        std::uint64_t entry, base, ip;
    } const cases[] = {{0, 0, 0},
                       {0x7C00, 0, 0x7C00},
                       {0xFFFF, 0, 0xFFFF},
                       {0x1'0000, 0x1'0000, 0},
                       {0x1'2345, 0x1'0000, 0x2345},
                       {0xF'FFF0, 0xF'0000, 0xFFF0},
                       {0xF'FFFF, 0xF'0000, 0xFFFF}};
    for (const auto& [entry, base, ip] : cases) {
        const State state = real_mode(entry, 0x8000);
        EXPECT_EQ(state.system.cs.base, base);
        EXPECT_EQ(state.system.cs.selector, base >> 4) << "CS and its hidden base agree";
        EXPECT_EQ(state.registers.rip, ip);
        EXPECT_EQ(state.system.ds.base, 0u);
    }
}

TEST(Modes, RealStackAbove64KGoesIntoSs)
{
    struct {
        std::uint64_t stack, base, sp;
    } const cases[] = {{0, 0, 0},
                       {0xFFFE, 0, 0xFFFE},
                       {0x1'0000, 0, 0},  // the first push goes to 0xFFFE
                       {0x1'0002, 0x1'0000, 2},
                       {0x9'FC00, 0x9'0000, 0xFC00},
                       {0x10'0000, 0xF'0000, 0}};
    for (const auto& [stack, base, sp] : cases) {
        const State state = real_mode(0, stack);
        EXPECT_EQ(state.system.ss.base, base) << stack;
        EXPECT_EQ(state.system.ss.selector, base >> 4);
        EXPECT_EQ(state.registers.rsp, sp);
        EXPECT_EQ(state.system.ds.base, 0u);
    }
}

TEST(Modes, AreToldByTheirRegisters)
{
    constexpr std::array kModes{Mode::Real, Mode::Protected, Mode::Paged, Mode::Long};
    for (std::size_t i = 0; i < kModes.size(); ++i) {
        EXPECT_EQ(mode_of(all_modes().at(i).system), kModes.at(i));
        EXPECT_EQ(bits_of_code(all_modes().at(i).system), bits(kModes.at(i)));
    }
}

TEST(Modes, CompatibilityCodeIsNot64Bit)
{
    SystemRegisters system = long_mode(0, 0, kTables).system;
    system.cs = kFlatCode;
    EXPECT_EQ(mode_of(system), Mode::Long);
    EXPECT_EQ(bits_of_code(system), 32u);
    system.cs.big = false;
    EXPECT_EQ(bits_of_code(system), 16u);
    // L means nothing outside long mode.
    system = protected_mode(0, 0).system;
    system.cs.long_code = true;
    EXPECT_EQ(bits_of_code(system), 32u);
}

TEST(Modes, LongIsNotYetActiveWithoutPaging)
{
    SystemRegisters system = protected_mode(0, 0).system;
    system.efer = Efer::LME;
    EXPECT_EQ(mode_of(system), Mode::Protected);
}

}  // namespace
}  // namespace husk::x86
