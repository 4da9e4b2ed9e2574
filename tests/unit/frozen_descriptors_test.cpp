// The descriptors of a program that is frozen are those of the program that is thawed.
#include "support/apart.hpp"
#include "support/frozen_guest.hpp"

#include <sys/mman.h>
#include <sys/syscall.h>

#include <array>
#include <csignal>

namespace husk::test {
namespace {

using program::FrozenDescriptor;
using testing::HasSubstr;

TEST_F(FrozenDescriptors, FilesAreOpenedAgainWhereTheyWere)
{
    int words = 0, log = 0, other = 0, reference = 0;
    thaw(
        [&](FilesGuest& guest) {
            words = opened(guest, words_, O_RDWR | O_NONBLOCK);
            log = opened(guest, log_, O_WRONLY | O_APPEND | O_CLOEXEC);
            other = opened(guest, "/data/other", O_RDONLY | O_NOATIME);
            reference = opened(guest, words_, O_PATH);
            ::lseek(words, 4, SEEK_SET);
            EXPECT_EQ(read_from(other, 5), "only ");
        },
        [&](FilesGuest& guest) {
            EXPECT_EQ(read_from(words, 3), "two");
            EXPECT_EQ(::fcntl(words, F_GETFL), O_RDWR | O_NONBLOCK | 0100000);
            EXPECT_EQ(::fcntl(words, F_GETFD), 0);
            EXPECT_EQ(::write(log, "more\n", 5), 5);
            EXPECT_EQ(::fcntl(log, F_GETFL) & (O_ACCMODE | O_APPEND), O_WRONLY | O_APPEND);
            EXPECT_EQ(::fcntl(log, F_GETFD), FD_CLOEXEC);
            EXPECT_EQ(read_from(other), "to be read");
            EXPECT_EQ(::fcntl(other, F_GETFL) & O_NOATIME, O_NOATIME);
            EXPECT_EQ(::fcntl(reference, F_GETFL) & O_PATH, O_PATH);
            EXPECT_EQ(guest.process().files.path_of(other), "/data/other");
        });
    EXPECT_EQ(bytes_of(log_), "begun\nmore\n");
}

TEST_F(FrozenDescriptors, CopiesShareTheirOffset)
{
    constexpr int kFar = 300;
    int words = 0, apart_from_it = 0;
    thaw(
        [&](FilesGuest& guest) {
            words = opened(guest, words_);
            apart_from_it = opened(guest, words_);
            ASSERT_EQ(::dup3(words, kFar, O_CLOEXEC), kFar);
        },
        [&](FilesGuest&) {
            EXPECT_EQ(read_from(kFar, 4), "one ");
            EXPECT_EQ(read_from(words, 3), "two");
            EXPECT_EQ(read_from(apart_from_it, 3), "one");
            EXPECT_EQ(::fcntl(kFar, F_GETFD), FD_CLOEXEC);
            EXPECT_EQ(::fcntl(words, F_GETFD), 0);
        });
}

TEST_F(FrozenDescriptors, FoldersAndDevices)
{
    ProgramConfig& config = grants_;
    config.grants.push_back({"/dev/null", true, ""});
    config.grants.push_back({"/dev/zero", false, ""});
    int folder = 0, made = 0, null = 0, zero = 0;
    thaw(
        [&](FilesGuest& guest) {
            folder = opened(guest, host_ / "w", O_DIRECTORY);
            made = opened(guest, "/", O_DIRECTORY);
            null = opened(guest, "/dev/null", O_WRONLY);
            zero = opened(guest, "/dev/zero");
        },
        [&](FilesGuest& guest) {
            EXPECT_EQ(guest.process().files.path_of(folder), host_ / "w");
            EXPECT_EQ(guest.process().files.path_of(made), "/");
            EXPECT_EQ(::write(null, "x", 1), 1);
            EXPECT_EQ(read_from(zero, 2), std::string(2, '\0'));
            EXPECT_GE(guest.call(SYS_openat, folder, "words", O_RDONLY), 0);
        });
}

TEST_F(FrozenDescriptors, StandardOnesAreTheThaws)
{
    apart([&] {
        std::array<int, 2> first{}, second{};
        ASSERT_EQ(::pipe2(first.data(), O_CLOEXEC), 0);
        ASSERT_EQ(::pipe2(second.data(), O_CLOEXEC), 0);
        for (int& end : first) end = ::fcntl(end, F_DUPFD_CLOEXEC, 2000);
        for (int& end : second) end = ::fcntl(end, F_DUPFD_CLOEXEC, 2000);
        ::dup2(first[1], STDOUT_FILENO);
        std::vector<FrozenDescriptor> all;
        int saved = 0;
        {
            FilesGuest guest{grants_};
            ::close_range(3, 1000, 0);
            guest.process().standard.keep(guest.process().descriptor_line);
            saved = ::dup(STDOUT_FILENO);  // as a shell does for a redirection
            ::dup2(opened(guest, log_, O_WRONLY | O_APPEND), STDOUT_FILENO);
            ::fcntl(saved, F_SETFL, O_WRONLY | O_NONBLOCK);
            all = captured(guest);
        }
        EXPECT_EQ(numbered(all, saved).standard, 1u);
        EXPECT_EQ(numbered(all, STDOUT_FILENO).file.value().path, log_);
        ::dup2(second[1], STDOUT_FILENO);
        FilesGuest guest{grants_};
        ASSERT_EQ(error_of_restore(guest, all), "");
        EXPECT_EQ(::write(saved, "there", 5), 5);
        EXPECT_EQ(read_from(second[0]), "there");
        EXPECT_EQ(::fcntl(saved, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
        EXPECT_EQ(::write(STDOUT_FILENO, "log\n", 4), 4);
    });
    EXPECT_EQ(bytes_of(log_), "begun\nlog\n");
}

TEST_F(FrozenDescriptors, NothingElseStaysOpen)
{
    constexpr int kStray = 77;
    apart([&] {
        FilesGuest guest{grants_};
        std::vector<NotFreezable> refusals;
        const auto all = program::capture_descriptors(guest.process(), refusals);
        ASSERT_EQ(::dup2(STDIN_FILENO, kStray), kStray);
        ASSERT_EQ(error_of_restore(guest, all), "");
        EXPECT_EQ(::fcntl(kStray, F_GETFD), -1);
    });
}

TEST_F(FrozenDescriptors, PipesKeepWhatIsInThem)
{
    constexpr int kCapacity = 16384;
    std::array<int, 2> pipe{}, half{}, ended{};
    thaw(
        [&](FilesGuest&) {
            ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
            ASSERT_EQ(::pipe2(half.data(), O_NONBLOCK), 0);
            ASSERT_EQ(::pipe(ended.data()), 0);
            ::fcntl(pipe[1], F_SETPIPE_SZ, kCapacity);
            EXPECT_EQ(::write(pipe[1], "left ", 5), 5);
            EXPECT_EQ(::write(pipe[1], "over", 4), 4);
            EXPECT_EQ(::write(half[1], "last", 4), 4);
            ::close(half[1]);
            ::close(ended[0]);
        },
        [&](FilesGuest&) {
            EXPECT_EQ(::fcntl(pipe[0], F_GETPIPE_SZ), kCapacity);
            EXPECT_EQ(read_from(pipe[0]), "left over");
            EXPECT_EQ(::write(pipe[1], "new", 3), 3);
            EXPECT_EQ(read_from(pipe[0]), "new");
            EXPECT_EQ(::fcntl(pipe[0], F_GETFD), FD_CLOEXEC);
            EXPECT_EQ(::fcntl(pipe[0], F_GETFL) & O_ACCMODE, O_RDONLY);
            EXPECT_EQ(read_from(half[0]), "last");
            EXPECT_EQ(::fcntl(half[0], F_GETFL) & O_NONBLOCK, O_NONBLOCK);
            char byte = 0;
            EXPECT_EQ(::read(half[0], &byte, 1), 0);  // its end, not EAGAIN
            ::signal(SIGPIPE, SIG_IGN);
            EXPECT_EQ(::write(ended[1], "x", 1), -1);
            EXPECT_EQ(errno, EPIPE);
        });
}

TEST_F(FrozenDescriptors, FreezingTakesNothingOutOfAPipe)
{
    apart([&] {
        FilesGuest guest{grants_};
        std::array<int, 2> pipe{};
        ASSERT_EQ(::pipe(pipe.data()), 0);
        EXPECT_EQ(::write(pipe[1], "here", 4), 4);
        const auto all = captured(guest);
        EXPECT_EQ(all, captured(guest));
        EXPECT_EQ(read_from(pipe[0]), "here");
    });
}

TEST_F(FrozenDescriptors, FilesWithoutANameKeepTheirContents)
{
    int memory = 0, again = 0, deleted = 0;
    thaw(
        [&](FilesGuest& guest) {
            memory = ::memfd_create("things", MFD_ALLOW_SEALING);
            EXPECT_EQ(::write(memory, "in memory", 9), 9);
            ::fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_WRITE);
            again = ::open(("/proc/thread-self/fd/" + std::to_string(memory)).c_str(), O_RDONLY);
            ::lseek(again, 3, SEEK_SET);
            deleted = opened(guest, words_, O_RDWR);
            ASSERT_EQ(::unlink(words_.c_str()), 0);
            ::lseek(deleted, 4, SEEK_SET);
        },
        [&](FilesGuest& guest) {
            EXPECT_EQ(::lseek(memory, 0, SEEK_CUR), 9);
            EXPECT_EQ(::fcntl(memory, F_GET_SEALS), F_SEAL_SHRINK | F_SEAL_WRITE);
            EXPECT_EQ(::write(memory, "x", 1), -1);
            EXPECT_EQ(read_from(again), "memory");
            EXPECT_THAT(guest.process().files.name_of(memory), HasSubstr("/memfd:things"));
            EXPECT_EQ(read_from(deleted), "two three");
            EXPECT_EQ(::write(deleted, "!", 1), 1);
        });
}

}  // namespace
}  // namespace husk::test
