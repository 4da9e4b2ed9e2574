// What of a program's memory becomes part of a core file.
#include "base/unique_fd.hpp"
#include "program/debug/core_memory.hpp"
#include "program/debug/core_notes.hpp"
#include "x86/vector_state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <elf.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <limits>

namespace husk::program {
namespace {

using debug::CoreSegment;

constexpr std::uint64_t kAt = 0x10'0000, kPage = kPageSize;
constexpr int kWrite = PROT_READ | PROT_WRITE, kOwn = MAP_PRIVATE | MAP_ANONYMOUS;

class CoreOfSpace : public testing::Test {
protected:
    void map(std::uint64_t at, std::uint64_t size, int protection, int flags, int fd = -1, const std::string& name = "")
    {
        EXPECT_EQ(
            space_.map({.at = {at}, .size = size, .protection = protection, .flags = flags | MAP_FIXED, .fd = fd, .name = name}),
            static_cast<Result>(at));
    }
    void write(std::uint64_t at, char byte) { EXPECT_TRUE(space_.memory().write({at}, std::as_bytes(std::span{&byte, 1}))); }
    /// A file of so many pages that begins with `text`.
    static UniqueFd file(std::string_view text, std::uint64_t pages)
    {
        UniqueFd made{::memfd_create("core", MFD_CLOEXEC)};
        EXPECT_EQ(::write(made.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
        EXPECT_EQ(::ftruncate(made.get(), static_cast<off_t>(pages * kPage)), 0);
        return made;
    }

    Space space_{std::numeric_limits<std::uint64_t>::max() / 2};
};

TEST_F(CoreOfSpace, PagesThatWereTouchedAndWhatIsBetweenThem)
{
    map(kAt, 1_GiB, kWrite, kOwn);
    // Where the host touches more than was asked for, that is in the core, too.
    EXPECT_EQ(space_.reservation().advise(kAt, 1_GiB, MADV_NOHUGEPAGE), 0);
    write(kAt + 5 * kPage, 'a');
    write(kAt + 8 * kPage, 'b');
    write(kAt + 512_MiB, 'c');
    map(2_GiB, 1_GiB, PROT_NONE, kOwn);
    const CoreMemory memory{space_, {}};
    const auto piece = [](std::uint64_t begin, std::uint64_t end, std::uint64_t in_file, std::uint64_t offset) {
        return CoreSegment{.linear = begin, .size = end - begin, .in_file = in_file, .offset = offset, .writable = true};
    };
    const std::uint64_t far = kAt + 512_MiB;
    CoreSegment none = piece(2_GiB, 3_GiB, 0, 5 * kPage);
    none.readable = none.writable = false;
    EXPECT_THAT(memory.segments(),
                testing::ElementsAre(piece(kAt, kAt + 5 * kPage, 0, 0), piece(kAt + 5 * kPage, kAt + 9 * kPage, 4 * kPage, 0),
                                     piece(kAt + 9 * kPage, far, 0, 4 * kPage), piece(far, far + kPage, kPage, 4 * kPage),
                                     piece(far + kPage, kAt + 1_GiB, 0, 5 * kPage), none));

    const UniqueFd core{::memfd_create("core", MFD_CLOEXEC)};
    memory.write(core.get(), 3 * kPage);
    struct stat status {};
    ASSERT_EQ(::fstat(core.get(), &status), 0);
    EXPECT_EQ(static_cast<std::uint64_t>(status.st_size), 8 * kPage);
    constexpr std::uint64_t kBlock = 512;
    EXPECT_EQ(static_cast<std::uint64_t>(status.st_blocks) * kBlock, 3 * kPage) << "the rest is holes";
    for (const auto& [page, byte] : {std::pair{3, 'a'}, {4, '\0'}, {6, 'b'}, {7, 'c'}}) {
        char found = '?';
        EXPECT_EQ(::pread(core.get(), &found, 1, page * static_cast<off_t>(kPage)), 1);
        EXPECT_EQ(found, byte) << page;
    }
}

TEST_F(CoreOfSpace, OfFilesWhatWasWrittenToAndWhichTheyWere)
{
    const UniqueFd library = file(
                       "\x7f"
                       "ELF",
                       8),
                   data = file("data", 8);
    map(kAt, 8 * kPage, kWrite, MAP_PRIVATE, library.get(), "/lib/library.so");
    write(kAt + 4 * kPage, 'x');
    map(kAt + 1_MiB, 8 * kPage, kWrite, MAP_PRIVATE, data.get(), "/data");
    map(kAt + 2_MiB, 8 * kPage, kWrite, MAP_SHARED, data.get(), "/data");
    write(kAt + 2_MiB, 'x');
    const CoreMemory memory{space_, {}};
    std::vector<std::pair<std::uint64_t, std::uint64_t>> written;
    for (const CoreSegment& each : memory.segments())
        if (each.in_file != 0) written.emplace_back(each.linear - kAt, each.in_file);
    EXPECT_THAT(written, testing::ElementsAre(std::pair{0u, kPage}, std::pair{4 * kPage, kPage}));
}

TEST_F(CoreOfSpace, OfSharedMemoryWhatIsThere)
{
    map(kAt, 1_GiB, kWrite, MAP_SHARED | MAP_ANONYMOUS);
    write(kAt + 700_MiB, 's');
    const CoreMemory memory{space_, {}};
    ASSERT_EQ(memory.segments().size(), 3u);
    EXPECT_EQ(memory.segments()[1].linear, kAt + 700_MiB);
    EXPECT_EQ(memory.segments()[1].in_file, kPage);
}

TEST_F(CoreOfSpace, WhatIsBehindTheEndOfAFileIsNotThere)
{
    const UniqueFd shrunk = file(
        "\x7f"
        "ELF",
        4);
    map(kAt, 4 * kPage, kWrite, MAP_PRIVATE, shrunk.get(), "/shrunk");
    EXPECT_EQ(::ftruncate(shrunk.get(), 0), 0);
    map(kAt + 1_MiB, kPage, kWrite, kOwn);
    write(kAt + 1_MiB, 'a');
    const UniqueFd core{::memfd_create("core", MFD_CLOEXEC)};
    CoreMemory{space_, {}}.write(core.get(), 0);
    char found = '?';
    EXPECT_EQ(::pread(core.get(), &found, 1, 0), 1);
    EXPECT_EQ(found, 'a');
}

TEST(CoreNotesOfProgram, FilesAreListedUnlessThatIsTooMuch)
{
    std::vector<MappedArea> areas{{.begin = {0x1000}, .size = kPage, .file_offset = 3 * kPage, .name = "/bin/a"},
                                  {.begin = {0x2000}, .size = kPage, .name = "[heap]"},
                                  {.begin = {0x3000}, .size = kPage}};
    debug::CoreNotes few;
    add_files(few, areas);
    const auto note = few.bytes().subspan(12 + 8);
    ASSERT_EQ(note.size(), 48u) << "five numbers, seven bytes, and what fills them up";
    EXPECT_EQ(x86::load_at<std::uint64_t>(note, 0), 1u);
    EXPECT_EQ(x86::load_at<std::uint64_t>(note, 16), 0x1000u);
    EXPECT_EQ(x86::load_at<std::uint64_t>(note, 24), 0x2000u);
    EXPECT_EQ(x86::load_at<std::uint64_t>(note, 32), 3u);
    areas.resize(2000, {.begin = {0x4000}, .size = kPage, .name = std::string(4095, 'x')});
    debug::CoreNotes many;
    add_files(many, areas);
    EXPECT_TRUE(many.bytes().empty());
}

TEST(CoreNotesOfProgram, NamesAreCutToWhatThereIsRoomFor)
{
    debug::CoreNotes notes;
    const std::vector<std::string> arguments(100, "argument");
    add_process(notes, 7, "/usr/bin/a-name-that-is-much-too-long", arguments);
    const auto note = notes.bytes().subspan(12 + 8);
    ASSERT_EQ(note.size(), 136u);
    EXPECT_EQ(x86::load_at<int>(note, 24), 7);
    const std::string text = [&] {
        std::string all;
        for (const std::byte each : note.subspan(40)) all += static_cast<char>(each);
        return all;
    }();
    EXPECT_EQ(text.substr(0, 16), std::string("a-name-that-is-\0", 16));
    EXPECT_EQ(text.substr(16, 18), "argument argument ");
    EXPECT_EQ(text.back(), '\0');
}

}  // namespace
}  // namespace husk::program
