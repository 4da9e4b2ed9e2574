// What a processor holds beside its general and system registers: into it, seen by the guest, and back.
#include "support/ring3_guest.hpp"
#include "x86/vector_state.hpp"

#include <husk/error.hpp>

#include <gtest/gtest.h>
#include <x86intrin.h>

#include <algorithm>
#include <array>

namespace husk::test {
namespace {

namespace exits = engine::exits;
using x86::VectorState;

constexpr auto kAt = Ring3Guest::kBase;
constexpr std::size_t kXmm0 = 160, kXmm15 = kXmm0 + 15 * 16, kSt0 = 32;

class EngineState : public testing::Test {
protected:
    EngineState() { guest_.add(); }
    engine::Vcpu& vcpu() { return guest_.vcpu(); }

    Ring3Guest guest_;
};

using Xmm = std::array<std::uint64_t, 2>;

TEST_F(EngineState, TheGuestsVectorRegistersAreInTheImage)
{
    // movups xmm0, [rbx]; movups xmm15, [rbx+16]; fldpi; fld1; out 0x20, al
    guest_.start({0x0F, 0x10, 0x03, 0x44, 0x0F, 0x10, 0x7B, 0x10, 0xD9, 0xEB, 0xD9, 0xE8, 0xE6, 0x20}, {.rbx = kAt});
    guest_.store(kAt, Xmm{1, 2});
    guest_.store(kAt + 16, Xmm{3, 4});
    guest_.run_to<exits::PortOut>();
    const auto image = vcpu().vector_state();
    ASSERT_EQ(image.size(), vcpu().vector_state_size());
    EXPECT_EQ(x86::load_at<Xmm>(image, kXmm0), (Xmm{1, 2}));
    EXPECT_EQ(x86::load_at<Xmm>(image, kXmm15), (Xmm{3, 4}));
    EXPECT_EQ(x86::load_at<std::uint64_t>(image, kSt0), 0x8000'0000'0000'0000u) << "1.0: ST0 is the top of the stack";
    EXPECT_EQ(x86::load_at<std::uint16_t>(image, kSt0 + 8), 0x3FFFu);
    EXPECT_EQ(x86::load_at<std::uint64_t>(image, kSt0 + 16), 0xC90F'DAA2'2168'C235u) << "pi";
    constexpr std::uint64_t kBoth = x86::kX87State | x86::kSseState;
    EXPECT_EQ(x86::load_at<std::uint64_t>(image, VectorState::kHeader) & kBoth, kBoth);
    EXPECT_EQ(image[4], std::byte{0xC0}) << "two registers are in use";
}

TEST_F(EngineState, AnImageIsWhatTheGuestGoesOnWith)
{
    // movups [rbx], xmm0; movups [rbx+16], xmm15; fstp qword [rbx+32]; stmxcsr [rbx+40]; fnstcw [rbx+44]; out 0x20, al
    guest_.start(
        {0x0F, 0x11, 0x03, 0x44, 0x0F, 0x11, 0x7B, 0x10, 0xDD, 0x5B, 0x20, 0x0F, 0xAE, 0x5B, 0x28, 0xD9, 0x7B, 0x2C, 0xE6, 0x20},
        {.rbx = kAt});
    auto image = vcpu().vector_state();
    x86::store_at(image, 0, std::uint16_t{0x027F});
    x86::store_at(image, 2, std::uint16_t{7u << 11});  // the top of the stack
    image[4] = std::byte{0x80};
    x86::store_at(image, kSt0, 0xC000'0000'0000'0000u);
    x86::store_at(image, kSt0 + 8, std::uint16_t{0x4000});
    x86::store_at(image, kXmm0, Xmm{11, 12});
    x86::store_at(image, kXmm15, Xmm{13, 14});
    x86::store_at(image, VectorState::kMxcsr, 0x1FA0u);
    x86::store_at(image, VectorState::kHeader, x86::kX87State | x86::kSseState);
    ASSERT_TRUE(vcpu().set_vector_state(image));
    guest_.run_to<exits::PortOut>();
    EXPECT_EQ(guest_.load<Xmm>(kAt), (Xmm{11, 12}));
    EXPECT_EQ(guest_.load<Xmm>(kAt + 16), (Xmm{13, 14}));
    EXPECT_EQ(guest_.load<double>(kAt + 32), 3.0);
    EXPECT_EQ(guest_.load<std::uint32_t>(kAt + 40), 0x1FA0u);
    EXPECT_EQ(guest_.load<std::uint16_t>(kAt + 44), 0x027F);
}

TEST_F(EngineState, WhatTheHeaderDoesNotNameIsAsAtReset)
{
    // movups [rbx], xmm0; fnstcw [rbx+16]; out 0x20, al
    guest_.start({0x0F, 0x11, 0x03, 0xD9, 0x7B, 0x10, 0xE6, 0x20}, {.rbx = kAt});
    guest_.store(kAt, Xmm{1, 1});
    auto image = vcpu().vector_state();
    x86::store_at(image, 0, std::uint16_t{0});
    x86::store_at(image, kXmm0, Xmm{11, 12});
    x86::store_at(image, VectorState::kMxcsr, 0x1F80u);
    x86::store_at(image, VectorState::kHeader, std::uint64_t{0});
    ASSERT_TRUE(vcpu().set_vector_state(image));
    guest_.run_to<exits::PortOut>();
    EXPECT_EQ(guest_.load<Xmm>(kAt), (Xmm{0, 0}));
    EXPECT_EQ(guest_.load<std::uint16_t>(kAt + 16), 0x037F);
}

TEST_F(EngineState, UpperHalvesTravelToo)
{
    if ((vcpu().supported_xcr0() & x86::kAvxState) == 0) GTEST_SKIP() << "no AVX here";
    constexpr std::size_t kUpperHalves = 576;  // SDM Vol. 1, "XSAVE-Supported Features" (13.5.2): where the host has them, too
    auto model = vcpu().model_registers();
    // vmovdqu ymm0, [rbx]; out 0x20, al; vmovdqu [rbx], ymm0; out 0x20, al
    guest_.start({0xC5, 0xFE, 0x6F, 0x03, 0xE6, 0x20, 0xC5, 0xFE, 0x7F, 0x03, 0xE6, 0x20}, {.rbx = kAt});
    model.xcr0 = vcpu().supported_xcr0();
    vcpu().set_model_registers(model);
    auto system = vcpu().system_registers();
    system.cr4 = system.cr4 | x86::Cr4::OSXSAVE;
    vcpu().set_system_registers(system);
    guest_.store(kAt, std::array<Xmm, 2>{{{1, 2}, {3, 4}}});
    guest_.run_to<exits::PortOut>();
    auto image = vcpu().vector_state();
    EXPECT_EQ(x86::load_at<Xmm>(image, kXmm0), (Xmm{1, 2}));
    EXPECT_EQ(x86::load_at<Xmm>(image, kUpperHalves), (Xmm{3, 4}));
    x86::store_at(image, kUpperHalves, Xmm{5, 6});
    ASSERT_TRUE(vcpu().set_vector_state(image));
    guest_.run_to<exits::PortOut>();
    EXPECT_EQ(guest_.load<Xmm>(kAt + 16), (Xmm{5, 6}));
}

TEST_F(EngineState, DamagedImagesAreRefusedAndChangeNothing)
{
    guest_.start({0x0F, 0x10, 0x03, 0xE6, 0x20}, {.rbx = kAt});  // movups xmm0, [rbx]; out 0x20, al
    guest_.store(kAt, Xmm{1, 2});
    guest_.run_to<exits::PortOut>();
    const auto good = vcpu().vector_state();
    const auto refuses = [&](auto damage) {
        auto image = good;
        x86::store_at(image, kXmm0, Xmm{~0ull, ~0ull});
        damage(image);
        return !vcpu().set_vector_state(image) && vcpu().vector_state() == good;
    };
    EXPECT_TRUE(refuses([](auto& image) { image.clear(); }));
    EXPECT_TRUE(refuses([](auto& image) { image.resize(512); }));
    EXPECT_TRUE(refuses([](auto& image) { image.pop_back(); }));
    EXPECT_TRUE(refuses([](auto& image) { image.push_back({}); }));
    for (const unsigned bit : {18u, 24u, 31u})
        EXPECT_TRUE(refuses([&](auto& image) { x86::store_at(image, VectorState::kMxcsr, 1u << bit); })) << bit;
    const std::uint64_t states = vcpu().supported_xcr0() | x86::kX87State | x86::kSseState;
    for (unsigned bit = 0; bit < 64; ++bit) {
        if ((states >> bit & 1) != 0) continue;
        EXPECT_TRUE(refuses([&](auto& image) { x86::store_at(image, VectorState::kHeader, 1ull << bit); })) << bit;
    }
    for (std::size_t at = VectorState::kFormat; at < VectorState::kLegacySize; ++at)
        EXPECT_TRUE(refuses([&](auto& image) { image[at] = std::byte{0x80}; })) << at;
    auto changed = good;
    x86::store_at(changed, kXmm0, Xmm{5, 6});
    EXPECT_TRUE(vcpu().set_vector_state(changed));
    EXPECT_EQ(x86::load_at<Xmm>(vcpu().vector_state(), kXmm0), (Xmm{5, 6}));
}

TEST_F(EngineState, AnyImageThatIsTakenIsHarmless)
{
    guest_.start({0xD9, 0xE8, 0xDD, 0xD8, 0x0F, 0x58, 0xC0, 0xE6, 0x20});  // fld1; fstp st0; addps xmm0, xmm0; out 0x20, al
    std::uint64_t random = 88172645463325252ull;
    int taken = 0;
    for (int round = 0; round < 300; ++round) {
        auto image = vcpu().vector_state();
        for (std::size_t at = 0; at < 512; ++at) {
            random ^= random << 13, random ^= random >> 7, random ^= random << 17;
            image[at] = static_cast<std::byte>(random >> 32);
        }
        x86::store_at(image, VectorState::kMxcsr, static_cast<std::uint32_t>(random) & 0xFFFF);
        x86::store_at(image, VectorState::kHeader, random >> 20 & 3);
        if (!vcpu().set_vector_state(image)) continue;
        ++taken;
        vcpu().set_registers({.rsp = kStack, .rip = kCode});
        EXPECT_NO_THROW(guest_.run());  // an OUT, or a handler of an exception that the image does not mask
    }
    EXPECT_GT(taken, 0);
}

TEST_F(EngineState, ModelRegistersComeBack)
{
    guest_.start({0xE6, 0x20});
    x86::ModelRegisters model = vcpu().model_registers();
    EXPECT_EQ(model.xcr0, 1u);
    model = {.star = 0x0013'0008'0000'0000,
             .lstar = 0x1234'5000,
             .cstar = 0x1234'6000,
             .fmask = 0x4'7700,
             .kernel_gs_base = 0x7FFF'FFFF'F000,
             .sysenter_cs = 8,
             .sysenter_esp = 0x2000,
             .sysenter_eip = 0x3000,
             .tsc_aux = 7,
             .xcr0 = std::max<std::uint64_t>(vcpu().supported_xcr0(), 1)};
    vcpu().set_model_registers(model);
    EXPECT_EQ(vcpu().model_registers(), model);
    guest_.run_to<exits::PortOut>();
    EXPECT_EQ(vcpu().model_registers(), model);
    model.xcr0 = 1ull << 60 | 1;
    EXPECT_THROW(vcpu().set_model_registers(model), Error);
}

TEST_F(EngineState, BasesOfFsAndGsAreTheGuests)
{
    // mov rax, fs:[8]; mov rcx, gs:[8]; out 0x20, al
    guest_.start({0x64, 0x48, 0x8B, 0x04, 0x25, 8, 0, 0, 0, 0x65, 0x48, 0x8B, 0x0C, 0x25, 8, 0, 0, 0, 0xE6, 0x20});
    guest_.store(kAt + 8, 1ull);
    guest_.store(kAt + kPageSize + 8, 2ull);
    vcpu().set_fs_base(kAt);
    vcpu().set_gs_base(kAt + kPageSize);
    EXPECT_EQ(vcpu().fs_base(), kAt) << "before it has run";
    guest_.run_to<exits::PortOut>();
    EXPECT_EQ(vcpu().registers().rax, 1u);
    EXPECT_EQ(vcpu().registers().rcx, 2u);
    EXPECT_EQ(vcpu().system_registers().fs.base, kAt);
    vcpu().set_fs_base(kAt + kPageSize);
    vcpu().set_registers({.rsp = kStack, .rip = kCode});
    guest_.run_to<exits::PortOut>();
    EXPECT_EQ(vcpu().registers().rax, 2u);
    EXPECT_EQ(vcpu().fs_base(), kAt + kPageSize);
    EXPECT_EQ(vcpu().gs_base(), kAt + kPageSize);
}

TEST_F(EngineState, TheHostsCounterIsRead)
{
    guest_.start({0x0F, 0x31, 0x48, 0xC1, 0xE2, 0x20, 0x48, 0x09, 0xD0, 0xE6, 0x20});  // rdtsc; rax = rdx:eax; out 0x20, al
    if (!vcpu().use_host_tsc()) GTEST_SKIP() << "this host has a counter of its own for each guest";
    const std::uint64_t before = __rdtsc();
    guest_.run_to<exits::PortOut>();
    const std::uint64_t after = __rdtsc();
    EXPECT_GE(vcpu().registers().rax, before);
    EXPECT_LE(vcpu().registers().rax, after);
}

TEST_F(EngineState, WhatCpuidShowsIsToldOfTheEngine)
{
    const x86::CpuFeatures told = guest_.vm().cpu_features();
    EXPECT_NE(told, x86::CpuFeatures{});
    for (const auto* every : {"fpu", "sse2", "lm", "cx8"})
        EXPECT_EQ(std::ranges::count(x86::feature_names(told), every), 1) << every;
    for (std::size_t i = 0; i < x86::kFeatureWords.size(); ++i) {
        const auto& word = x86::kFeatureWords[i];
        const auto leaf = word.leaf;
        guest_.start({0xB8, leaf & 0xFF, leaf >> 8 & 0xFF, leaf >> 16 & 0xFF, leaf >> 24,  // mov eax, leaf
                      0xB9, word.subleaf, 0, 0, 0,                                         // mov ecx, subleaf
                      0x0F, 0xA2, 0xE6, 0x20});                                            // cpuid; out 0x20, al
        guest_.run_to<exits::PortOut>();
        const auto now = vcpu().registers();
        const std::array seen{now.rax, now.rbx, now.rcx, now.rdx};
        x86::CpuFeatures shown;
        shown.words[i] = static_cast<std::uint32_t>(seen[static_cast<std::size_t>(word.in)]);
        x86::CpuFeatures said;
        said.words[i] = told.words[i];
        EXPECT_EQ(x86::missing_features(said, shown), std::vector<std::string>{}) << word.name;
    }
}

}  // namespace
}  // namespace husk::test
