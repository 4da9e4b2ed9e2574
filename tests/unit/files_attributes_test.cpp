#include "support/files_guest.hpp"

#include <gmock/gmock.h>

#include <fcntl.h>
#include <linux/stat.h>
#include <sys/inotify.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>

// What is known of files: read, and changed where a grant for writing allows it. And the working directory.
namespace husk::test {
namespace {

using program::Result;

class FilesAttributes : public testing::Test {
protected:
    struct stat status(const std::string& path)
    {
        EXPECT_EQ(guest_.call(SYS_lstat, path, FilesGuest::kBuffer), 0);
        return guest_.get<struct stat>();
    }

    FilesFolder host_;
    std::string file_ = host_.file("w/f", "12345");
    std::string link_ = host_.link("w/l", "f");
    std::string kept_ = host_.file("r/f", "kept");
    FilesGuest guest_{"rw:" + (host_ / "w"), "ro:" + (host_ / "r")};
};

TEST_F(FilesAttributes, Stat)
{
    EXPECT_EQ(status(file_).st_size, 5);
    EXPECT_TRUE(S_ISLNK(status(link_).st_mode));
    ASSERT_EQ(guest_.stat(link_), 0);
    EXPECT_TRUE(S_ISREG(guest_.get<struct stat>().st_mode));
    EXPECT_EQ(guest_.call(SYS_newfstatat, AT_FDCWD, file_, FilesGuest::kBuffer, 1), -EINVAL);
    EXPECT_EQ(guest_.call(SYS_newfstatat, AT_FDCWD, "", FilesGuest::kBuffer, AT_EMPTY_PATH), 0);
    EXPECT_TRUE(S_ISDIR(guest_.get<struct stat>().st_mode));
    EXPECT_EQ(guest_.call(SYS_statx, AT_FDCWD, file_, 0, STATX_BASIC_STATS, FilesGuest::kBuffer), 0);
    EXPECT_EQ(guest_.get<struct statx>().stx_size, 5u);
    EXPECT_EQ(guest_.call(SYS_statx, AT_FDCWD, link_, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, FilesGuest::kBuffer), 0);
    EXPECT_TRUE(S_ISLNK(guest_.get<struct statx>().stx_mode));
    EXPECT_EQ(guest_.call(SYS_statfs, file_, FilesGuest::kBuffer), 0);
    EXPECT_NE(guest_.get<struct statfs>().f_type, 0);
    EXPECT_EQ(guest_.call(SYS_statfs, "/", FilesGuest::kBuffer), 0);
}

TEST_F(FilesAttributes, Access)
{
    EXPECT_EQ(guest_.call(SYS_access, file_, R_OK | W_OK), 0);
    EXPECT_EQ(guest_.call(SYS_access, kept_, R_OK), 0);
    EXPECT_EQ(guest_.call(SYS_access, kept_, W_OK), -EROFS);
    EXPECT_EQ(guest_.call(SYS_access, "/", W_OK), -EROFS);
    EXPECT_EQ(guest_.call(SYS_access, file_, X_OK), -EACCES);
    EXPECT_EQ(guest_.call(SYS_access, "/etc/passwd", F_OK), -ENOENT);
    EXPECT_EQ(guest_.call(SYS_access, file_, 8), -EINVAL);
    EXPECT_EQ(guest_.call(SYS_faccessat, AT_FDCWD, file_, R_OK), 0);
    EXPECT_EQ(guest_.call(SYS_faccessat2, AT_FDCWD, file_, R_OK, AT_EACCESS), 0);
    EXPECT_EQ(guest_.call(SYS_faccessat2, AT_FDCWD, file_, R_OK, 1), -EINVAL);
}

TEST_F(FilesAttributes, ModesAndOwners)
{
    EXPECT_EQ(guest_.call(SYS_chmod, link_, 0640), 0);
    EXPECT_EQ(status(file_).st_mode & 07777u, 0640u);
    EXPECT_EQ(guest_.call(SYS_fchmodat, AT_FDCWD, file_, 0600), 0);
    EXPECT_EQ(guest_.call(452, AT_FDCWD, link_, 0600, AT_SYMLINK_NOFOLLOW), -EOPNOTSUPP);
    EXPECT_EQ(guest_.call(SYS_chmod, kept_, 0777), -EROFS);
    EXPECT_EQ(guest_.call(SYS_chmod, "/", 0777), -EROFS);
    EXPECT_EQ(guest_.call(SYS_chown, file_, -1, -1), 0);
    EXPECT_EQ(guest_.call(SYS_lchown, link_, ::geteuid(), ::getegid()), 0);
    EXPECT_EQ(guest_.call(SYS_chown, kept_, -1, -1), -EROFS);
    EXPECT_EQ(guest_.call(SYS_fchownat, AT_FDCWD, file_, ::geteuid() + 1, -1, 0), -EPERM);
    const Result fd = guest_.open(file_, O_RDWR);
    EXPECT_EQ(guest_.call(SYS_fchmod, fd, 0604), 0);
    EXPECT_EQ(guest_.call(SYS_fchown, fd, -1, ::getegid()), 0);
    EXPECT_EQ(status(file_).st_mode & 07777u, 0604u);
    ::close(static_cast<int>(fd));
    const Result folder = guest_.open(host_ / "w", O_DIRECTORY);
    EXPECT_EQ(guest_.call(SYS_fchmod, folder, 0755), 0);
    ::close(static_cast<int>(folder));
    EXPECT_EQ(guest_.call(SYS_fchmod, 1024, 0600), -EBADF);
    EXPECT_EQ(guest_.call(SYS_fchmod, -100, 0600), -EBADF);
}

TEST_F(FilesAttributes, Sizes)
{
    EXPECT_EQ(guest_.call(SYS_truncate, file_, 2), 0);
    EXPECT_EQ(bytes_of(file_), "12");
    EXPECT_EQ(guest_.call(SYS_truncate, file_, -1), -EINVAL);
    EXPECT_EQ(guest_.call(SYS_truncate, host_ / "w", 0), -EISDIR);
    EXPECT_EQ(guest_.call(SYS_truncate, kept_, 0), -EROFS);
    EXPECT_EQ(bytes_of(kept_), "kept");
}

TEST_F(FilesAttributes, Times)
{
    struct Pair {
        std::array<std::int64_t, 4> words;
    };
    guest_.put(Pair{{1000, 1, 2000, 2}});
    EXPECT_EQ(guest_.call(SYS_utimensat, AT_FDCWD, link_, FilesGuest::kBuffer, 0), 0);
    EXPECT_EQ(status(file_).st_mtim.tv_sec, 2000);
    EXPECT_EQ(status(file_).st_mtim.tv_nsec, 2);
    EXPECT_NE(status(link_).st_mtim.tv_sec, 2000);
    guest_.put(Pair{{1000, 1, 2001, 2}});
    EXPECT_EQ(guest_.call(SYS_utimensat, AT_FDCWD, link_, FilesGuest::kBuffer, AT_SYMLINK_NOFOLLOW), 0);
    EXPECT_EQ(status(link_).st_mtim.tv_sec, 2001);
    guest_.put(Pair{{1000, 1, 3000, 2}});
    EXPECT_EQ(guest_.call(SYS_utimes, file_, FilesGuest::kBuffer), 0);
    EXPECT_EQ(status(file_).st_mtim.tv_nsec, 2000);
    guest_.put(Pair{{1000, 4000, 0, 0}});
    EXPECT_EQ(guest_.call(SYS_utime, file_, FilesGuest::kBuffer), 0);
    EXPECT_EQ(status(file_).st_mtim.tv_sec, 4000);
    guest_.put(Pair{{1000, 0, 5000, 1'000'000}});
    EXPECT_EQ(guest_.call(SYS_utimes, file_, FilesGuest::kBuffer), -EINVAL);
    guest_.put(Pair{{1000, 0, 5000, 0}});
    const Result fd = guest_.open(file_, O_RDWR);
    EXPECT_EQ(guest_.call(SYS_utimensat, fd, 0, FilesGuest::kBuffer, 0), 0);
    EXPECT_EQ(status(file_).st_mtim.tv_sec, 5000);
    ::close(static_cast<int>(fd));
    EXPECT_EQ(guest_.call(SYS_futimesat, AT_FDCWD, file_, 0), 0);
    EXPECT_GT(status(file_).st_mtim.tv_sec, 5000);
    EXPECT_EQ(guest_.call(SYS_utimes, kept_, 0), -EROFS);
    EXPECT_EQ(guest_.call(SYS_utimensat, AT_FDCWD, 0, 0, 0), -EFAULT);
    EXPECT_EQ(guest_.call(SYS_utimes, file_, 0x7000'0000), -EFAULT);
}

TEST_F(FilesAttributes, ExtendedAttributes)
{
    if (guest_.call(SYS_setxattr, file_, "user.colour", "red", 3, 0) == -EOPNOTSUPP) GTEST_SKIP() << "/tmp has no attributes";
    EXPECT_EQ(guest_.call(SYS_getxattr, link_, "user.colour", FilesGuest::kBuffer, 100), 3);
    EXPECT_EQ(guest_.text(3), "red");
    EXPECT_EQ(guest_.call(SYS_getxattr, file_, "user.colour", 0, 0), 3);
    EXPECT_EQ(guest_.call(SYS_getxattr, file_, "user.colour", FilesGuest::kBuffer, 1), -ERANGE);
    EXPECT_EQ(guest_.call(SYS_getxattr, file_, "user.none", FilesGuest::kBuffer, 100), -ENODATA);
    EXPECT_EQ(guest_.call(SYS_getxattr, file_, "", FilesGuest::kBuffer, 100), -ERANGE);
    EXPECT_EQ(guest_.call(SYS_getxattr, file_, std::string(300, 'x'), FilesGuest::kBuffer, 100), -ERANGE);
    EXPECT_EQ(guest_.call(SYS_listxattr, file_, FilesGuest::kBuffer, 100), 12);
    EXPECT_EQ(guest_.call(SYS_lgetxattr, link_, "user.colour", FilesGuest::kBuffer, 100), -ENODATA);
    const Result fd = guest_.open(file_);
    EXPECT_EQ(guest_.call(SYS_fgetxattr, fd, "user.colour", FilesGuest::kBuffer, 100), 3);
    ::close(static_cast<int>(fd));
    EXPECT_EQ(guest_.call(SYS_setxattr, file_, "user.colour", "red", 3, 1), -EEXIST);
    EXPECT_EQ(guest_.call(SYS_setxattr, kept_, "user.colour", "red", 3, 0), -EROFS);
    EXPECT_EQ(guest_.call(SYS_setxattr, file_, "user.colour", 0x7000'0000, 3, 0), -EFAULT);
    EXPECT_EQ(guest_.call(SYS_setxattr, file_, "user.colour", "red", 1 << 20, 0), -E2BIG);
    EXPECT_EQ(guest_.call(SYS_removexattr, file_, "user.colour"), 0);
    EXPECT_EQ(guest_.call(SYS_removexattr, file_, "user.colour"), -ENODATA);
}

TEST_F(FilesAttributes, TheWorkingDirectory)
{
    host_.folder("w/d/e");
    EXPECT_EQ(guest_.cwd(), "/");
    EXPECT_EQ(guest_.call(SYS_chdir, host_ / "w/d"), 0);
    EXPECT_EQ(guest_.cwd(), host_ / "w/d");
    EXPECT_EQ(guest_.readlink("/proc/self/cwd"), host_ / "w/d");
    EXPECT_EQ(guest_.raw(SYS_getcwd, {FilesGuest::kBuffer, 3}), -ERANGE);
    EXPECT_EQ(guest_.call(SYS_chdir, "e"), 0);
    EXPECT_EQ(guest_.call(SYS_chdir, "../.."), 0);
    EXPECT_EQ(guest_.cwd(), host_ / "w");
    EXPECT_EQ(guest_.read("f"), "12345");
    EXPECT_EQ(guest_.call(SYS_chdir, "f"), -ENOTDIR);
    EXPECT_EQ(guest_.call(SYS_chdir, "none"), -ENOENT);
    EXPECT_EQ(guest_.call(SYS_chdir, "../.."), 0);  // leads to grants, and no more
    EXPECT_EQ(guest_.call(SYS_chdir, "/etc"), -ENOENT);
    const Result fd = guest_.open(host_ / "w/d", O_DIRECTORY);
    EXPECT_EQ(guest_.call(SYS_fchdir, fd), 0);
    ::close(static_cast<int>(fd));
    EXPECT_EQ(guest_.call(SYS_fchdir, 1025), -EBADF);
    EXPECT_EQ(guest_.call(SYS_rename, host_ / "w/d", host_ / "w/moved"), 0);
    EXPECT_EQ(guest_.cwd(), host_ / "w/moved");
    EXPECT_EQ(guest_.call(SYS_rmdir, "e"), 0);
    EXPECT_EQ(guest_.call(SYS_rmdir, host_ / "w/moved"), 0);
    EXPECT_EQ(guest_.cwd(), "[No such file or directory]");
    EXPECT_EQ(guest_.stat("x"), -ENOENT);
    EXPECT_EQ(guest_.call(SYS_mkdir, "x", 0777), -ENOENT);
    EXPECT_EQ(guest_.call(SYS_chdir, "/"), 0);
    EXPECT_EQ(guest_.cwd(), "/");
}

TEST_F(FilesAttributes, Watches)
{
    const int watcher = ::inotify_init1(IN_NONBLOCK);
    EXPECT_GT(guest_.call(SYS_inotify_add_watch, watcher, host_ / "w", IN_CREATE), 0);
    EXPECT_EQ(guest_.call(SYS_inotify_add_watch, watcher, "/etc", IN_CREATE), -ENOENT);
    EXPECT_EQ(guest_.call(SYS_inotify_add_watch, 1024, host_ / "w", IN_CREATE), -EBADF);
    host_.file("w/new");
    std::array<char, 4096> events{};
    EXPECT_GT(::read(watcher, events.data(), events.size()), 0);
    ::close(watcher);
}

}  // namespace
}  // namespace husk::test
