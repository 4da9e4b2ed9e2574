// What core files begin with, and when there is one.
#include "debug/core/core_file.hpp"
#include "debug/core/machine_core.hpp"
#include "debug/core/registers.hpp"
#include "x86/modes.hpp"
#include "x86/vector_state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <elf.h>

#include <csignal>

namespace husk::debug {
namespace {

constexpr std::uint64_t kPage = kPageSize;

TEST(CoreFile, BeginsWithAHeaderSegmentsAndNotes)
{
    CoreNotes notes;
    const std::vector<std::byte> note(5, std::byte{0x55});
    notes.add({.owner = "CORE", .type = NT_AUXV}, note);
    ASSERT_EQ(notes.bytes().size(), 12u + 8 + 8) << "the name and the note, each to a multiple of 4";
    const CoreSegment segment{.linear = 0xFFFF'8000'0000'0000,
                              .physical = 0x3000,
                              .size = 2 * kPage,
                              .in_file = kPage,
                              .offset = kPage,
                              .executable = true};
    const CoreFront front = core_front(CoreWidth::Wide, std::vector{segment}, notes);
    EXPECT_TRUE(front.complete);
    ASSERT_EQ(front.bytes.size(), kPage);

    const auto header = x86::load_at<Elf64_Ehdr>(front.bytes, 0);
    EXPECT_EQ(header.e_type, ET_CORE);
    EXPECT_EQ(header.e_machine, EM_X86_64);
    EXPECT_EQ(header.e_phnum, 2);
    const auto of_notes = x86::load_at<Elf64_Phdr>(front.bytes, header.e_phoff);
    EXPECT_EQ(of_notes.p_type, unsigned{PT_NOTE});
    EXPECT_TRUE(std::ranges::equal(std::span{front.bytes}.subspan(of_notes.p_offset, of_notes.p_filesz), notes.bytes()));
    const auto load = x86::load_at<Elf64_Phdr>(front.bytes, header.e_phoff + sizeof of_notes);
    EXPECT_EQ(load.p_type, unsigned{PT_LOAD});
    EXPECT_EQ(load.p_flags, unsigned{PF_R | PF_X});
    EXPECT_EQ(load.p_vaddr, segment.linear);
    EXPECT_EQ(load.p_paddr, 0x3000u);
    EXPECT_EQ(load.p_filesz, kPage);
    EXPECT_EQ(load.p_memsz, 2 * kPage);
    EXPECT_EQ(load.p_offset, 2 * kPage) << "behind the front, and its own offset";
}

TEST(CoreFile, OfI386LeavesOutWhatItHasNoAddressesFor)
{
    const std::vector<CoreSegment> segments{{.linear = 4_GiB - kPage, .size = kPage},
                                            {.linear = 4_GiB - kPage, .size = 2 * kPage},
                                            {.linear = 4_GiB, .size = kPage},
                                            {.linear = 0, .size = 8_GiB},
                                            {.linear = 0, .size = kPage, .in_file = kPage, .offset = 4_GiB - kPage},
                                            {.linear = ~0ull << 12, .size = kPage}};
    const CoreFront front = core_front(CoreWidth::Narrow, segments, {});
    EXPECT_FALSE(front.complete);
    const auto header = x86::load_at<Elf32_Ehdr>(front.bytes, 0);
    EXPECT_EQ(header.e_machine, EM_386);
    EXPECT_EQ(header.e_phnum, 2) << "the first, and the notes";
    EXPECT_TRUE(core_front(CoreWidth::Wide, std::vector{segments.back()}, {}).complete);
}

TEST(CoreFile, HasSoManySegmentsAndNoMore)
{
    std::vector<CoreSegment> segments(kMostCoreSegments, {.linear = kPage, .size = kPage});
    segments.push_back({.linear = 0, .size = 0});
    EXPECT_TRUE(core_front(CoreWidth::Wide, segments, {}).complete) << "what is empty does not count";
    segments.back().size = kPage;
    const CoreFront front = core_front(CoreWidth::Wide, segments, {});
    EXPECT_FALSE(front.complete);
    EXPECT_EQ(x86::load_at<Elf64_Ehdr>(front.bytes, 0).e_phnum, kMostCoreSegments + 1);
}

TEST(CoreFile, RegistersAreLinuxs)
{
    MachineState state;
    state.system = x86::long_mode(0, 0, GuestPhys{0x1000}).system;
    state.registers.rip = 0x1234;
    state.registers.r15 = 15;
    state.registers.rsp = 0x7000;
    constexpr int kThread = 9;
    CoreNotes wide;
    add_status(wide, state, kThread, SIGSEGV);
    const auto what = wide.bytes().subspan(12 + 8);
    ASSERT_EQ(what.size(), 336u);
    EXPECT_EQ(x86::load_at<std::uint16_t>(what, 12), SIGSEGV);
    EXPECT_EQ(x86::load_at<std::uint32_t>(what, 32), 9u);
    EXPECT_EQ(x86::load_at<std::uint64_t>(what, 112), 15u);
    EXPECT_EQ(x86::load_at<std::uint64_t>(what, 112 + 16 * 8), 0x1234u);
    EXPECT_EQ(x86::load_at<std::uint64_t>(what, 112 + 19 * 8), 0x7000u);

    state.system = x86::real_mode(0, 0).system;
    state.system.cs.base = 0x10'0000;
    CoreNotes narrow;
    add_status(narrow, state, kThread, SIGSEGV);
    const auto half = narrow.bytes().subspan(12 + 8);
    ASSERT_EQ(half.size(), 144u);
    EXPECT_EQ(x86::load_at<std::uint32_t>(half, 72 + 12 * 4), 0x10'1234u) << "linear";
}

TEST(CoreFile, VectorsAreThereAsFarAsTheProcessorHasThem)
{
    MachineState state;
    state.system = x86::long_mode(0, 0, GuestPhys{0x1000}).system;
    CoreNotes none;
    add_vectors(none, state);
    EXPECT_TRUE(none.bytes().empty());
    state.vectors.resize(x86::VectorState::kLegacySize);
    CoreNotes legacy;
    add_vectors(legacy, state);
    EXPECT_EQ(legacy.bytes().size(), 12u + 8 + 512);
    constexpr std::size_t kWithMore = 2688;
    state.vectors.resize(kWithMore);
    CoreNotes all;
    add_vectors(all, state);
    EXPECT_EQ(all.bytes().size(), 2 * (12u + 8) + 512 + 832);
}

TEST(CoreFile, ThereIsOneOfWhatFailed)
{
    const auto exception = [](std::uint8_t vector) { return Stop{stops::UnhandledException{{.vector = vector}}}; };
    EXPECT_EQ(signal_of_core(exception(0)), SIGFPE);
    EXPECT_EQ(signal_of_core(exception(6)), SIGILL);
    EXPECT_EQ(signal_of_core(exception(12)), SIGBUS);
    EXPECT_EQ(signal_of_core(exception(14)), SIGSEGV);
    EXPECT_EQ(signal_of_core(stops::TripleFault{}), SIGSEGV);
    EXPECT_EQ(signal_of_core(stops::TripleFault{.registers_lost = true, .first = {}}), std::nullopt);
    EXPECT_EQ(signal_of_core(stops::CannotExecute{}), SIGILL);
    EXPECT_EQ(signal_of_core(stops::Unclaimed{}), SIGBUS);
    EXPECT_EQ(signal_of_core(stops::OutOfTime{}), SIGALRM);
    EXPECT_EQ(signal_of_core(stops::Halted{.interrupts_on = true}), SIGINT);
    for (const Stop& stop : {Stop{stops::Halted{}}, Stop{stops::Exited{3}}, Stop{stops::Cancelled{}}, Stop{stops::FreezeAsked{}},
                             Stop{stops::Debug{}}})
        EXPECT_EQ(signal_of_core(stop), std::nullopt) << describe(stop);
}

}  // namespace
}  // namespace husk::debug
