#include "support/files_guest.hpp"

#include <gmock/gmock.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <thread>

// Paths that mean ill: out of a grant, around one for reading, and what changes while it is looked up.
namespace husk::test {
namespace {

using program::failed;
using program::Result;
using testing::AnyOf;

constexpr int kRaces = 10'000;

mode_t mode_of(const std::string& path)
{
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

TEST(FilesAttack, LinksDoNotLeadOut)
{
    const FilesFolder host;
    host.file("secret/key", "secret");
    const std::string folder = host.folder("w");
    host.link("w/absolute", host / "secret/key");
    host.link("w/relative", "../secret/key");
    host.link("w/folder", "../secret");
    host.link("w/one", "two");
    host.link("w/two", "three");
    host.link("w/three", "../secret/./../secret/key");
    host.link("w/root", "/");
    host.link("w/loop", "loop");
    host.link("w/ping", "pong");
    host.link("w/pong", "ping");
    host.link("w/up", "../../../../../../../../../..");
    FilesGuest guest{"rw:" + folder};
    for (const char* const name : {"absolute", "relative", "folder/key", "three", "one", "up/etc/passwd", "root/etc/passwd"}) {
        EXPECT_EQ(guest.open(folder + "/" + name), -ENOENT) << name;
        EXPECT_EQ(guest.open(folder + "/" + name, O_WRONLY | O_TRUNC), -ENOENT) << name;
        EXPECT_EQ(guest.stat(folder + "/" + name), -ENOENT) << name;
        EXPECT_EQ(guest.call(SYS_truncate, folder + "/" + name, 0), -ENOENT) << name;
        EXPECT_EQ(guest.call(SYS_chmod, folder + "/" + name, 0777), -ENOENT) << name;
    }
    EXPECT_EQ(guest.stat(folder + "/loop"), -ELOOP);
    EXPECT_EQ(guest.stat(folder + "/ping"), -ELOOP);
    EXPECT_EQ(guest.stat(folder + "/loop/x"), -ELOOP);
    EXPECT_EQ(guest.stat(folder + "/../secret/key"), -ENOENT);
    EXPECT_EQ(guest.stat(folder + "/../../../../../etc/passwd"), -ENOENT);
    EXPECT_EQ(bytes_of(host / "secret/key"), "secret");
}

TEST(FilesAttack, FortyLinksAndNoMore)
{
    constexpr int kMost = 40;
    const FilesFolder host;
    host.file("d/0", "end");
    for (int i = 1; i <= kMost + 1; ++i) host.link("d/" + std::to_string(i), std::to_string(i - 1));
    FilesGuest guest{"ro:" + (host / "d")};
    EXPECT_EQ(guest.read(host / "d/40"), "end");
    EXPECT_EQ(guest.open(host / "d/41"), -ELOOP);
}

TEST(FilesAttack, CreationThroughLinksStaysInside)
{
    const FilesFolder host;
    host.folder("out");
    host.folder("r");
    const std::string folder = host.folder("w");
    host.link("w/inside", "made");
    host.link("w/outside", "../out/made");
    host.link("w/absolute", host / "out/made");
    host.link("w/reading", "../r/made");
    FilesGuest guest{"rw:" + folder, "ro:" + (host / "r")};
    EXPECT_EQ(guest.open(folder + "/inside", O_CREAT | O_EXCL | O_WRONLY), -EEXIST);
    EXPECT_EQ(guest.open(folder + "/inside", O_CREAT | O_NOFOLLOW | O_WRONLY), -ELOOP);
    const Result made = guest.open(folder + "/inside", O_CREAT | O_WRONLY);
    EXPECT_GE(made, 0);
    ::close(static_cast<int>(made));
    EXPECT_TRUE(std::filesystem::exists(host / "w/made"));
    EXPECT_THAT(guest.open(folder + "/outside", O_CREAT | O_WRONLY), AnyOf(-EACCES, -ENOENT));
    EXPECT_THAT(guest.open(folder + "/absolute", O_CREAT | O_WRONLY), AnyOf(-EACCES, -ENOENT));
    EXPECT_EQ(guest.open(folder + "/reading", O_CREAT | O_WRONLY), -EROFS);
    EXPECT_TRUE(std::filesystem::is_empty(host / "out"));
    EXPECT_TRUE(std::filesystem::is_empty(host / "r"));
}

/// Exchanges two names as fast as it can while it lives.
class Flipping {
public:
    Flipping(std::string a, std::string b)
        : thread_{[this, a, b] {
              while (!done_) ::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE);
          }}
    {}
    ~Flipping()
    {
        done_ = true;
        thread_.join();
    }
    Flipping(const Flipping&) = delete;
    Flipping& operator=(const Flipping&) = delete;

private:
    std::atomic<bool> done_{false};
    std::thread thread_;
};

TEST(FilesAttack, AFolderThatTurnsIntoALinkLeadsNowhere)
{
    const FilesFolder host;
    host.file("out/file", "secret");
    host.file("w/a/deep/file", "inside");
    host.folder("out/deep");
    host.file("out/deep/file", "secret");
    host.link("w/b", "../out");
    FilesGuest guest{"rw:" + (host / "w")};
    int inside = 0;
    {
        const Flipping flipping{host / "w/a", host / "w/b"};
        for (int i = 0; i < kRaces; ++i) {
            const std::string read = guest.read(host / "w/a/deep/file");
            ASSERT_NE(read, "secret");
            inside += read == "inside" ? 1 : 0;
            const Result made = guest.open(host / "w/a/made", O_CREAT | O_WRONLY);
            if (!failed(made)) ::close(static_cast<int>(made));
            guest.call(SYS_mkdir, host / "w/a/folder", 0777);
            guest.call(SYS_unlink, host / "w/a/file");
            guest.call(SYS_chmod, host / "w/a/deep/file", 0600);
        }
    }
    EXPECT_GT(inside, 0);
    EXPECT_EQ(bytes_of(host / "out/file"), "secret");
    EXPECT_NE(mode_of(host / "out/deep/file"), 0600);
    EXPECT_FALSE(std::filesystem::exists(host / "out/made"));
    EXPECT_FALSE(std::filesystem::exists(host / "out/folder"));
}

TEST(FilesAttack, AFileThatTurnsIntoALinkIsNotFollowed)
{
    const FilesFolder host;
    host.file("out", "secret");
    host.file("w/a", "inside");
    host.link("w/b", "../out");
    FilesGuest guest{"rw:" + (host / "w")};
    const Flipping flipping{host / "w/a", host / "w/b"};
    for (int i = 0; i < kRaces; ++i) {
        const Result fd = guest.open(host / "w/a", O_RDWR);
        if (failed(fd)) continue;
        char bytes[8] = {};
        EXPECT_GE(::read(static_cast<int>(fd), bytes, sizeof bytes), 0);
        ::close(static_cast<int>(fd));
        ASSERT_STRNE(bytes, "secret");
    }
}

TEST(FilesAttack, ADescriptorExchangedBetweenCheckAndUse)
{
    const FilesFolder host;
    host.file("r/kept", "kept");
    host.file("w/own", "own");
    FilesGuest guest{"ro:" + (host / "r"), "rw:" + (host / "w")};
    const mode_t before = mode_of(host / "r/kept");
    const Result kept = guest.open(host / "r/kept");
    const Result own = guest.open(host / "w/own", O_RDWR);
    const int victim = ::dup(static_cast<int>(own));
    const auto duplicate = program::find_handler(SYS_dup2);
    std::atomic<bool> done{false};
    std::thread swapping{[&] {
        const auto to = static_cast<std::uint64_t>(victim);
        while (!done)
            for (const Result from : {kept, own})
                duplicate(guest.thread(), {.number = SYS_dup2, .arguments = {static_cast<std::uint64_t>(from), to}});
    }};
    const std::string name = "/proc/self/fd/" + std::to_string(victim);
    for (int i = 0; i < kRaces; ++i) {
        guest.call(SYS_fchmod, victim, 0666);
        guest.call(SYS_chmod, name, 0666);
        const Result fd = guest.open(name, O_RDWR | O_TRUNC);
        if (!failed(fd)) ::close(static_cast<int>(fd));
    }
    done = true;
    swapping.join();
    EXPECT_EQ(mode_of(host / "r/kept"), before);
    EXPECT_EQ(bytes_of(host / "r/kept"), "kept");
    for (const Result fd : {kept, own, Result{victim}}) ::close(static_cast<int>(fd));
}

TEST(FilesAttack, HardLinksDoNotMakeAFileWritable)
{
    const FilesFolder host;
    host.file("r/f", "f");
    host.file("w/g", "g");
    FilesGuest guest{"ro:" + (host / "r"), "rw:" + (host / "w")};
    EXPECT_EQ(guest.call(SYS_link, host / "r/f", host / "w/f"), -EXDEV);
    EXPECT_EQ(guest.call(SYS_rename, host / "r/f", host / "w/f"), -EXDEV);
    const Result fd = guest.open(host / "r/f");
    EXPECT_EQ(guest.call(SYS_linkat, fd, "", AT_FDCWD, host / "w/f", AT_EMPTY_PATH), -EXDEV);
    const std::string name = "/proc/self/fd/" + std::to_string(fd);
    EXPECT_EQ(guest.call(SYS_linkat, AT_FDCWD, name, AT_FDCWD, host / "w/f", AT_SYMLINK_FOLLOW), -EXDEV);
    ::close(static_cast<int>(fd));
    EXPECT_EQ(guest.call(SYS_link, host / "w/g", host / "r/g"), -EROFS);
    EXPECT_EQ(guest.call(SYS_link, host / "w/g", host / "w/h"), 0);
    EXPECT_EQ(bytes_of(host / "w/h"), "g");
    EXPECT_FALSE(std::filesystem::exists(host / "w/f"));
}

TEST(FilesAttack, ADescriptorForReadingDoesNotChangeItsFile)
{
    const FilesFolder host;
    host.file("r/f", "f");
    const mode_t before = mode_of(host / "r/f");
    FilesGuest guest{"ro:" + (host / "r")};
    const Result file = guest.open(host / "r/f");
    const Result folder = guest.open(host / "r", O_DIRECTORY);
    for (const Result fd : {file, folder}) {
        EXPECT_EQ(guest.call(SYS_fchmod, fd, 0777), -EROFS);
        EXPECT_EQ(guest.call(SYS_fchown, fd, -1, -1), -EROFS);
        EXPECT_EQ(guest.call(SYS_fchmodat, fd, "", 0777), -ENOENT);
        EXPECT_EQ(guest.call(452, fd, "", 0777, AT_EMPTY_PATH), -EROFS);
        EXPECT_EQ(guest.call(SYS_fchownat, fd, "", -1, -1, AT_EMPTY_PATH), -EROFS);
        EXPECT_EQ(guest.call(SYS_utimensat, fd, 0, 0, 0), -EROFS);
        EXPECT_EQ(guest.call(SYS_fsetxattr, fd, "user.a", "b", 1, 0), -EROFS);
        EXPECT_EQ(guest.call(SYS_fremovexattr, fd, "user.a"), -EROFS);
        EXPECT_EQ(guest.call(SYS_chmod, "/proc/self/fd/" + std::to_string(fd), 0777), -EROFS);
        ::close(static_cast<int>(fd));
    }
    EXPECT_EQ(mode_of(host / "r/f"), before);
}

TEST(FilesAttack, NothingThatIsLeftBehindRunsAsSomeoneElse)
{
    const FilesFolder host;
    host.file("w/f");
    FilesGuest guest{"rw:" + (host / "w")};
    EXPECT_EQ(guest.call(SYS_chmod, host / "w/f", 04755), -EPERM);
    EXPECT_EQ(guest.call(SYS_chmod, host / "w/f", 02755), -EPERM);
    EXPECT_EQ(guest.call(SYS_chmod, host / "w", 02775), 0);
    const Result fd = guest.open(host / "w/g", O_CREAT | O_WRONLY, 06755);
    EXPECT_EQ(guest.call(SYS_fchmod, fd, 04755), -EPERM);
    ::close(static_cast<int>(fd));
    EXPECT_EQ(mode_of(host / "w/g") & 07000, 0);
    EXPECT_EQ(guest.call(SYS_mknod, host / "w/h", S_IFREG | 04755, 0), 0);
    EXPECT_EQ(mode_of(host / "w/h") & 07000, 0);
    EXPECT_EQ(guest.call(SYS_mknod, host / "w/n", S_IFCHR | 0666, 0x0103), -EPERM);
    EXPECT_EQ(guest.call(SYS_mknod, host / "w/n", S_IFBLK | 0666, 0x0800), -EPERM);
    EXPECT_EQ(guest.call(SYS_chown, host / "w/f", ::getuid() + 1, -1), -EPERM);
    EXPECT_EQ(guest.call(SYS_setxattr, host / "w/f", "security.capability", "x", 1, 0), -EPERM);
    EXPECT_EQ(guest.call(SYS_setxattr, host / "w/f", "trusted.x", "x", 1, 0), -EPERM);
    EXPECT_EQ(guest.call(SYS_renameat2, AT_FDCWD, host / "w/f", AT_FDCWD, host / "w/i", RENAME_WHITEOUT), -EINVAL);
}

}  // namespace
}  // namespace husk::test
