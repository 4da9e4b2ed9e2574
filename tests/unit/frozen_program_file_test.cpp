// Files of frozen programs: written and read again; and those that somebody has written who means harm: an error that names what is
// wrong, before any of it is mapped or run.
#include "frozen/file.hpp"
#include "program/frozen/check_state.hpp"
#include "program/frozen/fields.hpp"
#include "program/space/layout.hpp"
#include "support/temp_folder.hpp"

#include <husk/frozen_program.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <unistd.h>
#include <csignal>
#include <cstring>
#include <functional>
#include <random>

namespace husk::test {
namespace {

using namespace program;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t kCode = 0x40'0000, kData = 0x50'0000;

std::vector<std::byte> info_of(int signal, int code = SI_USER)
{
    siginfo_t info{};
    info.si_signo = signal;
    info.si_code = code;
    const auto bytes = std::as_bytes(std::span{&info, 1});
    return {bytes.begin(), bytes.end()};
}

ProgramState good_state()
{
    constexpr std::uint32_t kOwn = MAP_PRIVATE | MAP_ANONYMOUS;
    constexpr std::size_t kVectors = 576;
    ProgramState state{.id = 77, .program = "/bin/it", .working_directory = "/", .arguments = {"it", "\xFFodd"}};
    state.areas = {{.begin = kCode,
                    .end = kCode + 2 * kPageSize,
                    .protection = PROT_READ | PROT_EXEC,
                    .flags = MAP_PRIVATE,
                    .file_offset = kPageSize,
                    .name = "/bin/it"},
                   {.begin = kData,
                    .end = kData + 16 * kPageSize,
                    .protection = PROT_READ | PROT_WRITE,
                    .flags = kOwn,
                    .name = "[heap]",
                    .wipe_on_fork = false},
                   {.begin = kData + 16 * kPageSize, .end = kData + 17 * kPageSize, .protection = PROT_NONE, .flags = kOwn}};
    state.break_begin = kData, state.break_end = kData + 100;
    FrozenThread thread{.id = 77, .first = true, .name = "it", .vectors = std::vector<std::byte>(kVectors)};
    thread.registers.rip = kCode + 5;
    thread.registers.rsp = kData + 8;
    thread.pending = {.set = 1u << (SIGUSR1 - 1), .infos = {info_of(SIGUSR1)}};
    state.threads = {thread};
    state.actions = {{.signal = SIGUSR1, .handler = kCode}};
    state.limits = {{.current = 1, .maximum = 2}};
    state.vdso = FrozenVdso{.hash = 1, .size = 2};
    state.grants = {{.path = "/data", .writable = true, .at = "/here", .by_default = false}};
    return state;
}

class FrozenProgramFile : public testing::Test {
protected:
    /// A file with the regions' pages; what is in them is its own affair.
    std::string error_of(const ProgramState& state, const std::vector<MemoryRegion>& regions)
    {
        std::uint64_t size = 0;
        for (const auto& region : regions) size += region.size;
        const int fd = ::memfd_create("image", MFD_CLOEXEC);
        EXPECT_EQ(::ftruncate(fd, static_cast<off_t>(size)), 0);
        const MemoryImage image{fd, 0, regions};
        const frozen::Description<ProgramState> all{{"it", "a point", Engine::Soft, FrozenKind::Program}, regions, state};
        frozen::save(path_, frozen::to_metadata(all), image);
        const auto opened = FrozenProgram::open(path_);
        return opened ? "" : husk::describe(opened.error());
    }
    /// The good state with one thing changed.
    std::string with(const std::function<void(ProgramState&)>& change)
    {
        ProgramState state = good_state();
        change(state);
        return error_of(state, regions_);
    }
    std::string with_regions(std::vector<MemoryRegion> regions) { return error_of(good_state(), regions); }

    TempFolder folder_;
    std::string path_ = folder_ / "frozen";
    std::vector<MemoryRegion> regions_{{.base = {kCode}, .size = 2 * kPageSize}, {.base = {kData + kPageSize}, .size = kPageSize}};
};

TEST_F(FrozenProgramFile, IsReadAsItWasWritten)
{
    ASSERT_EQ(error_of(good_state(), regions_), "");
    const auto opened = FrozenProgram::open(path_);
    ASSERT_TRUE(opened);
    ProgramState wanted = good_state();
    wanted.arguments[1] = opened->content().state.arguments[1];  // what is no UTF-8 is replaced
    EXPECT_EQ(opened->content().state, wanted);
    EXPECT_EQ(opened->info().kind, FrozenKind::Program);
    EXPECT_EQ(opened->memory().regions().size(), 2u);
}

// What a thaw has at hand: files that are older than that do not have it.
TEST_F(FrozenProgramFile, TouchedMemoryMayBeKnown)
{
    const auto metadata_of = [](const ProgramState& state) {
        return frozen::to_metadata(
            frozen::Description<ProgramState>{{"it", "a point", Engine::Soft, FrozenKind::Program}, {}, state});
    };
    ProgramState state = good_state();
    EXPECT_THAT(metadata_of(state), testing::Not(HasSubstr("touched")));
    state.touched = {{kData, kData + kPageSize}, {kData + 3 * kPageSize, kData + 16 * kPageSize}};
    EXPECT_THAT(metadata_of(state), HasSubstr("touched"));
    ASSERT_EQ(error_of(state, regions_), "");
    EXPECT_EQ(FrozenProgram::open(path_)->content().state.touched, state.touched);
}

TEST_F(FrozenProgramFile, TouchedMemoryIsWritable)
{
    const auto touched = [&](std::vector<FrozenRange> ranges) {
        return with([&](ProgramState& state) { state.touched = std::move(ranges); });
    };
    constexpr std::uint64_t kPage = kPageSize;
    EXPECT_EQ(touched({{kData, kData + kPage}, {kData + kPage, kData + 2 * kPage}}), "");
    EXPECT_THAT(touched({{kData, kData + kPage + 1}}), HasSubstr("state.touched[0]: is not made of whole pages"));
    EXPECT_THAT(touched({{kData, kData}}), HasSubstr("does not begin before"));
    EXPECT_THAT(touched({{kData + kPage, kData}}), HasSubstr("does not begin before"));
    EXPECT_THAT(touched({{kData, kData + 2 * kPage}, {kData + kPage, kData + 3 * kPage}}),
                HasSubstr("state.touched[1]: begins at"));
    EXPECT_THAT(touched({{kData + kPage, kData + 2 * kPage}, {kData, kData + kPage}}), HasSubstr("state.touched[1]: begins at"));
    EXPECT_THAT(touched({{kCode, kCode + kPage}}), HasSubstr("state.touched[0]: 0x400000 cannot be written to"));
    EXPECT_THAT(touched({{kData + 16 * kPage, kData + 17 * kPage}}), HasSubstr("cannot be written to"));
    EXPECT_THAT(touched({{kData + 15 * kPage, kData + 17 * kPage}}), HasSubstr("not within an area"));
    EXPECT_THAT(touched({{0, kPage}}), HasSubstr("not within an area"));
    EXPECT_THAT(touched({{layout::kHusk, layout::kHusk + kPage}}), HasSubstr("not within an area"));
    EXPECT_THAT(touched({{kData, ~std::uint64_t{0} / kPage * kPage}}), HasSubstr("not within an area"));
    EXPECT_THAT(touched(std::vector<FrozenRange>(70'000, {kData, kData + kPage})), HasSubstr("at most 65536 are read"));
}

TEST_F(FrozenProgramFile, AnImagesIsNoPrograms)
{
    Machine machine{{.memory = {{.base = {}, .size = 64_KiB}}, .engine = Engine::Soft, .mode = x86::Mode::Real}};
    Frozen{machine, {.origin = "image", .point = "start"}}.save(path_);
    const auto opened = FrozenProgram::open(path_);
    ASSERT_FALSE(opened);
    EXPECT_EQ(husk::describe(opened.error()), "info.kind: it is a frozen image, not a frozen program");
    EXPECT_EQ(frozen_info(path_)->kind, FrozenKind::Image);
}

TEST_F(FrozenProgramFile, AreasLieWithinThePrograms)
{
    const auto area = [&](std::uint64_t begin, std::uint64_t end) {
        return with([=](ProgramState& state) { state.areas[0].begin = begin, state.areas[0].end = end; });
    };
    EXPECT_THAT(area(kCode, layout::kUserEnd + kPageSize), HasSubstr("state.areas[0]: ends at 0xfffe001000"));
    EXPECT_THAT(area(layout::kHusk, layout::kHusk + kPageSize), HasSubstr("beyond what is the program's"));
    EXPECT_THAT(area(0, kPageSize), HasSubstr("begins at 0x0"));
    EXPECT_THAT(area(kCode, kCode), HasSubstr("does not begin before"));
    EXPECT_THAT(area(kCode + kPageSize, kCode), HasSubstr("does not begin before"));
    EXPECT_THAT(area(kCode, ~std::uint64_t{0}), HasSubstr("whole pages"));
    EXPECT_THAT(area(~std::uint64_t{0xFFF}, kPageSize), HasSubstr("does not begin before"));
    EXPECT_THAT(area(kCode, ~std::uint64_t{0xFFF}), HasSubstr("beyond"));
    EXPECT_THAT(area(kCode, kData + kPageSize), HasSubstr("state.areas[1]: begins at 0x500000"));
    EXPECT_THAT(with([](auto& state) { std::swap(state.areas[0], state.areas[1]); }), HasSubstr("state.areas[1]: begins"));
    EXPECT_THAT(with([](auto& state) { state.areas[1].protection = 8; }), HasSubstr("state.areas[1].protection: 0x8"));
    EXPECT_THAT(with([](auto& state) { state.areas[1].flags = MAP_SHARED; }), HasSubstr("state.areas[1].flags: 0x1"));
    EXPECT_THAT(with([](auto& state) { state.areas[1].flags |= MAP_FIXED; }), HasSubstr("state.areas[1].flags"));
    EXPECT_THAT(with([](auto& state) { state.areas[1].flags |= MAP_HUGETLB; }), HasSubstr("state.areas[1].flags"));
    EXPECT_THAT(with([](auto& state) { state.break_end = state.break_begin - 1; }), HasSubstr("state.break_end"));
    EXPECT_THAT(with([](auto& state) { state.break_end = layout::kHusk; }), HasSubstr("state.break_end"));
}

TEST_F(FrozenProgramFile, AreasLieWithinASmallerSpaceIfItIsOne)
{
    const auto of = [&](std::uint64_t size, std::uint64_t end) {
        return with([=](ProgramState& state) {
            state.address_space = size;
            state.areas.back().end = end;
        });
    };
    EXPECT_THAT(of(2_GiB, 2_GiB - 32_MiB + kPageSize), HasSubstr("beyond what is the program's"));
    EXPECT_THAT(of(2_GiB, layout::kUserEnd), HasSubstr("beyond what is the program's"));
    EXPECT_THAT(of(2_GiB, 2_GiB - 32_MiB), Not(HasSubstr("areas")));
    for (const std::uint64_t size : {std::uint64_t{1}, 1_GiB - kPageSize, 1_GiB + 1, 2048_GiB, ~std::uint64_t{0}})
        EXPECT_THAT(of(size, 2_GiB - 32_MiB), HasSubstr("state.address_space")) << size;
    EXPECT_THAT(with([](ProgramState& state) { state.address_space = 1_GiB, state.break_end = 1_GiB; }),
                HasSubstr("state.break_end"));
}

TEST_F(FrozenProgramFile, RegionsAreOfAreas)
{
    const auto one = [](std::uint64_t at, std::uint64_t size) { return MemoryRegion{.base = {at}, .size = size}; };
    EXPECT_THAT(with_regions({one(kCode - kPageSize, kPageSize)}), HasSubstr("memory[0]: 0x1000 bytes at 0x3ff000"));
    EXPECT_THAT(with_regions({one(kCode + kPageSize, 2 * kPageSize)}), HasSubstr("are not within an area"));
    EXPECT_THAT(with_regions({one(kCode, kPageSize), one(layout::kHusk, kPageSize)}), HasSubstr("memory[1]"));
    EXPECT_THAT(with_regions({one(kCode, kPageSize), one(layout::kVdso, kPageSize)}), HasSubstr("memory[1]"));
    // Across two areas that touch.
    EXPECT_THAT(with_regions({one(kData + 15 * kPageSize, 2 * kPageSize)}), HasSubstr("memory[0]"));
    EXPECT_EQ(with_regions({one(kData + 15 * kPageSize, kPageSize), one(kData + 16 * kPageSize, kPageSize)}), "");
}

TEST_F(FrozenProgramFile, RegistersAreThePrograms)
{
    const auto thread = [&](const std::function<void(FrozenThread&)>& change) {
        return with([&](ProgramState& state) { change(state.threads[0]); });
    };
    EXPECT_THAT(thread([](auto& one) { one.registers.rip = layout::kHusk + 0x7000; }), HasSubstr("registers.rip: 0xffff007000"));
    EXPECT_THAT(thread([](auto& one) { one.registers.rip = std::uint64_t{1} << 47; }), HasSubstr("registers.rip"));
    EXPECT_THAT(thread([](auto& one) { one.fs_base = std::uint64_t{1} << 47; }), HasSubstr("fs_base"));
    EXPECT_THAT(thread([](auto& one) { one.gs_base = ~std::uint64_t{0}; }), HasSubstr("gs_base"));
    EXPECT_THAT(thread([](auto& one) { one.vectors.clear(); }), HasSubstr("vectors: has 0 bytes"));
    EXPECT_THAT(thread([](auto& one) { one.vectors.resize(1 << 20); }), HasSubstr("vectors"));
    EXPECT_THAT(thread([](auto& one) { one.id = 0; }), HasSubstr("state.threads[0].id: 0"));
    EXPECT_THAT(thread([](auto& one) { one.id = 1u << 22; }), HasSubstr("id"));
    // Where it would be read from in a signal's frame is for the program to find out.
    EXPECT_EQ(thread([](auto& one) { one.registers.rsp = ~std::uint64_t{7}; }), "");
}

TEST_F(FrozenProgramFile, ThereAreThreads)
{
    EXPECT_THAT(with([](auto& state) { state.threads.clear(); }), HasSubstr("state.threads: is empty"));
    EXPECT_THAT(with([](auto& state) { state.threads.push_back(state.threads[0]); }), HasSubstr("state.threads[1].id: 77"));
    const auto many = [](auto& state) {
        const FrozenThread one = state.threads[0];
        for (std::uint32_t id = 100; state.threads.size() < 300; ++id) state.threads.push_back(one), state.threads.back().id = id;
    };
    EXPECT_THAT(with(many), HasSubstr("state.threads: has 300 of them; there are 256 at most"));
    EXPECT_THAT(with([](auto& state) { state.id = 0; }), HasSubstr("state.id"));
}

TEST_F(FrozenProgramFile, SignalsAreSignals)
{
    EXPECT_THAT(with([](auto& state) { state.actions[0].signal = 65; }), HasSubstr("state.actions[0].signal: 65"));
    EXPECT_THAT(with([](auto& state) { state.actions[0].signal = 0xFFFF'FFFF; }), HasSubstr("state.actions[0].signal"));
    EXPECT_THAT(with([](auto& state) { state.actions[0].signal = SIGKILL; }), HasSubstr("is none that a program handles"));
    EXPECT_THAT(with([](auto& state) { state.pending.infos = {info_of(0)}; }), HasSubstr("tells of signal 0"));
    EXPECT_THAT(with([](auto& state) { state.pending.infos = {info_of(-1)}; }), HasSubstr("tells of signal -1"));
    EXPECT_THAT(with([](auto& state) { state.pending.infos = {info_of(SIGALRM, SI_TIMER)}; }), HasSubstr("a timer"));
    EXPECT_THAT(with([](auto& state) { state.pending.infos = {{std::byte{1}}}; }), HasSubstr("has 1 bytes"));
    EXPECT_THAT(with([](auto& state) { state.threads[0].pending.infos.resize(5000, info_of(SIGUSR1)); }),
                HasSubstr("5000 entries"));
}

TEST_F(FrozenProgramFile, TextsArePaths)
{
    EXPECT_THAT(with([](auto& state) { state.program = std::string{"/a\0b", 4}; }), HasSubstr("state.program: is no path"));
    EXPECT_THAT(with([](auto& state) { state.working_directory.resize(5000, 'x'); }), HasSubstr("state.working_directory"));
    EXPECT_THAT(with([](auto& state) { state.umask = 01000; }), HasSubstr("state.umask: 01000"));
}

TEST_F(FrozenProgramFile, DescriptorsAreChecked)
{
    EXPECT_THAT(with([](auto& state) { state.descriptors = {{.number = 5}}; }), HasSubstr("state.descriptors: descriptor 5"));
}

TEST_F(FrozenProgramFile, CountsAreBounded)
{
    const auto many = [](auto& state) { state.limits.resize(70'000); };
    EXPECT_THAT(with(many), HasSubstr("state.limits: has 70000 entries; at most 65536 are read"));
}

/// Bytes of the metadata at random: whatever comes of it, it is no crash, and a state that passes is one that holds together.
TEST_F(FrozenProgramFile, WhateverItSays)
{
    ASSERT_EQ(error_of(good_state(), regions_), "");
    const frozen::Description<ProgramState> all{{"it", "a point", Engine::Soft, FrozenKind::Program}, regions_, good_state()};
    const std::string good = frozen::to_metadata(all);
    std::mt19937 random{20261126};
    constexpr std::string_view kBytes = "0123456789abcdefx\"{}[],:-.nulltruefalse \n";
    for (int round = 0; round < 3000; ++round) {
        std::string text = good;
        for (unsigned edits = random() % 4 + 1; edits != 0; --edits)
            text[random() % text.size()] = kBytes[random() % kBytes.size()];
        const auto read = frozen::from_metadata<ProgramState>(text, FrozenKind::Program);
        if (!read || !check_state(read->state, read->regions)) continue;
        EXPECT_LE(read->state.areas.back().end, layout::kUserEnd);
        EXPECT_LT(read->state.threads[0].registers.rip, layout::kHusk);
    }
}

}  // namespace
}  // namespace husk::test
