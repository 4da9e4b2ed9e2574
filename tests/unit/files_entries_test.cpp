#include "support/files_guest.hpp"

#include <gmock/gmock.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

// Names made, removed, renamed and linked, as Linux does it.
namespace husk::test {
namespace {

using program::Result;
using testing::ElementsAre;

class FilesEntries : public testing::Test {
protected:
    std::string in(const std::string& name) const { return w_ + "/" + name; }

    FilesFolder host_;
    std::string w_ = host_.folder("w");
    std::string r_ = host_.folder("r");
    std::string file_ = host_.file("w/f", "f");
    std::string kept_ = host_.file("r/f", "kept");
    FilesGuest guest_{"rw:" + w_, "ro:" + r_};
};

TEST_F(FilesEntries, Folders)
{
    EXPECT_EQ(guest_.call(SYS_mkdir, in("d"), 0750), 0);
    EXPECT_EQ(guest_.call(SYS_mkdir, in("d"), 0777), -EEXIST);
    EXPECT_EQ(guest_.call(SYS_mkdir, in("e/"), 0777), 0);
    EXPECT_EQ(guest_.call(SYS_mkdir, in("f"), 0777), -EEXIST);
    EXPECT_EQ(guest_.call(SYS_mkdir, in("f/x"), 0777), -ENOTDIR);
    EXPECT_EQ(guest_.call(SYS_mkdir, in("none/x"), 0777), -ENOENT);
    EXPECT_EQ(guest_.call(SYS_mkdir, in("."), 0777), -EEXIST);
    EXPECT_EQ(guest_.call(SYS_mkdir, in(".."), 0777), -EEXIST);
    EXPECT_EQ(guest_.call(SYS_mkdir, "/", 0777), -EEXIST);
    EXPECT_EQ(guest_.call(SYS_mkdir, "", 0777), -ENOENT);
    EXPECT_EQ(guest_.call(SYS_mkdirat, AT_FDCWD, r_ + "/f", 0777), -EEXIST);
    EXPECT_EQ(guest_.call(SYS_mkdirat, AT_FDCWD, r_ + "/new", 0777), -EROFS);
    EXPECT_EQ(guest_.call(SYS_rmdir, in("f")), -ENOTDIR);
    EXPECT_EQ(guest_.call(SYS_rmdir, in("d/.")), -EINVAL);
    EXPECT_EQ(guest_.call(SYS_rmdir, in("d/..")), -ENOTEMPTY);
    EXPECT_EQ(guest_.call(SYS_rmdir, "/"), -EBUSY);
    EXPECT_EQ(guest_.call(SYS_rmdir, in("d/")), 0);
    EXPECT_EQ(guest_.call(SYS_rmdir, in("d")), -ENOENT);
}

TEST_F(FilesEntries, Removal)
{
    EXPECT_EQ(guest_.call(SYS_unlink, in("f/")), -ENOTDIR);
    EXPECT_EQ(guest_.call(SYS_unlink, w_), -EBUSY);
    EXPECT_EQ(guest_.call(SYS_unlink, in(".")), -EISDIR);
    EXPECT_EQ(guest_.call(SYS_unlink, r_ + "/f"), -EROFS);
    EXPECT_EQ(guest_.call(SYS_unlinkat, AT_FDCWD, in("f"), 0x10000), -EINVAL);
    EXPECT_EQ(guest_.call(SYS_unlinkat, AT_FDCWD, in("f"), AT_REMOVEDIR), -ENOTDIR);
    EXPECT_EQ(guest_.call(SYS_unlink, in("f")), 0);
    EXPECT_EQ(guest_.call(SYS_unlink, in("f")), -ENOENT);
    EXPECT_EQ(guest_.call(SYS_unlink, "/etc/passwd"), -ENOENT);
    // A link itself goes, not what it leads to.
    host_.link("w/l", kept_);
    EXPECT_EQ(guest_.call(SYS_unlink, in("l")), 0);
    EXPECT_EQ(bytes_of(kept_), "kept");
}

TEST_F(FilesEntries, Renaming)
{
    EXPECT_EQ(guest_.call(SYS_rename, in("f"), in("g")), 0);
    EXPECT_EQ(guest_.call(SYS_rename, in("f"), in("h")), -ENOENT);
    EXPECT_EQ(guest_.call(SYS_rename, in("g"), in(".")), -EBUSY);
    EXPECT_EQ(guest_.call(SYS_rename, in("g"), r_ + "/g"), -EXDEV);
    EXPECT_EQ(guest_.call(SYS_rename, r_ + "/f", r_ + "/g"), -EROFS);
    EXPECT_EQ(guest_.call(SYS_rename, in("g"), "/new"), -EXDEV);
    EXPECT_EQ(guest_.call(SYS_rename, in("g"), in("x/y")), -ENOENT);
    host_.file("w/other", "other");
    EXPECT_EQ(guest_.call(SYS_renameat2, AT_FDCWD, in("g"), AT_FDCWD, in("other"), RENAME_NOREPLACE), -EEXIST);
    EXPECT_EQ(guest_.call(SYS_renameat2, AT_FDCWD, in("g"), AT_FDCWD, in("other"), RENAME_EXCHANGE), 0);
    EXPECT_EQ(bytes_of(in("g")), "other");
    const Result folder = guest_.open(w_, O_DIRECTORY);
    EXPECT_EQ(guest_.call(SYS_renameat, folder, "g", folder, "f"), 0);
    ::close(static_cast<int>(folder));
    EXPECT_EQ(guest_.call(SYS_mkdir, in("d"), 0777), 0);
    EXPECT_EQ(guest_.call(SYS_rename, in("d"), in("d/in")), -EINVAL);
    EXPECT_EQ(guest_.call(SYS_rename, in("f/"), in("g")), -ENOTDIR);
    EXPECT_EQ(guest_.call(SYS_rename, in("d/"), in("e/")), 0);
    EXPECT_THAT(guest_.list(w_), ElementsAre("e", "f", "other"));
}

TEST_F(FilesEntries, Links)
{
    EXPECT_EQ(guest_.call(SYS_link, in("f"), in("g")), 0);
    EXPECT_EQ(guest_.call(SYS_link, in("f"), in("g")), -EEXIST);
    EXPECT_EQ(guest_.call(SYS_link, in("none"), in("h")), -ENOENT);
    EXPECT_EQ(guest_.call(SYS_link, w_, in("h")), -EPERM);
    EXPECT_EQ(guest_.call(SYS_symlink, "f", in("l")), 0);
    EXPECT_EQ(guest_.call(SYS_symlink, "f", in("l")), -EEXIST);
    EXPECT_EQ(guest_.call(SYS_symlink, "", in("m")), -ENOENT);
    EXPECT_EQ(guest_.call(SYS_symlink, "f", r_ + "/l"), -EROFS);
    EXPECT_EQ(guest_.call(SYS_symlink, "f", "/l"), -EACCES);
    EXPECT_EQ(guest_.readlink(in("l")), "f");
    EXPECT_EQ(guest_.call(SYS_link, in("l"), in("m")), 0);  // the link itself
    EXPECT_EQ(guest_.readlink(in("m")), "f");
    EXPECT_EQ(guest_.call(SYS_linkat, AT_FDCWD, in("l"), AT_FDCWD, in("n"), AT_SYMLINK_FOLLOW), 0);
    EXPECT_EQ(guest_.readlink(in("n")), std::nullopt);
    EXPECT_EQ(guest_.read(in("n")), "f");
    EXPECT_EQ(guest_.call(SYS_linkat, AT_FDCWD, in("l"), AT_FDCWD, in("o"), 1), -EINVAL);
}

TEST_F(FilesEntries, AFileWithoutANameGetsOne)
{
    const Result fd = guest_.open(w_, O_TMPFILE | O_RDWR, 0640);
    ASSERT_GE(fd, 0);
    EXPECT_EQ(::write(static_cast<int>(fd), "late", 4), 4);
    const std::string name = "/proc/self/fd/" + std::to_string(fd);
    EXPECT_EQ(guest_.call(SYS_linkat, AT_FDCWD, name, AT_FDCWD, in("late"), AT_SYMLINK_FOLLOW), 0);
    EXPECT_EQ(guest_.read(in("late")), "late");
    ::close(static_cast<int>(fd));
}

TEST_F(FilesEntries, Nodes)
{
    EXPECT_EQ(guest_.call(SYS_mknod, in("fifo"), S_IFIFO | 0600, 0), 0);
    EXPECT_EQ(guest_.call(SYS_mknodat, AT_FDCWD, in("plain"), 0600, 0), 0);
    EXPECT_EQ(guest_.call(SYS_mknod, in("fifo"), S_IFIFO | 0600, 0), -EEXIST);
    EXPECT_EQ(guest_.call(SYS_mknod, in("d"), S_IFDIR | 0600, 0), -EPERM);
    ASSERT_EQ(guest_.stat(in("fifo")), 0);
    EXPECT_TRUE(S_ISFIFO(guest_.get<struct stat>().st_mode));
}

TEST_F(FilesEntries, ThePointersOfPaths)
{
    constexpr std::uint64_t kEnd = program::layout::kUserEnd;
    const std::uint64_t unmapped = 0x7000'0000;
    // Up to the end of what is mapped, without a NUL.
    const std::string full(FilesGuest::kBufferSize, 'x');
    ASSERT_TRUE(guest_.process().memory.write({FilesGuest::kBuffer}, std::as_bytes(std::span{full})));
    const std::uint64_t tail = FilesGuest::kBuffer + FilesGuest::kBufferSize - 8;
    for (const std::uint64_t bad :
         {std::uint64_t{0}, std::uint64_t{1}, unmapped, tail, kEnd - 1, kEnd, kEnd + 1, ~std::uint64_t{0}}) {
        for (const long number : {SYS_open, SYS_stat, SYS_mkdir, SYS_unlink, SYS_rmdir, SYS_chdir, SYS_truncate, SYS_readlink,
                                  SYS_chmod, SYS_chown, SYS_statfs, SYS_utime, SYS_mknod, SYS_creat})
            EXPECT_EQ(guest_.raw(number, {bad, FilesGuest::kBuffer, 4096}), -EFAULT) << number << " " << bad;
        for (const long number : {SYS_openat, SYS_mkdirat, SYS_readlinkat, SYS_newfstatat, SYS_fchmodat, SYS_mknodat})
            EXPECT_EQ(guest_.raw(number, {static_cast<std::uint64_t>(AT_FDCWD), bad, FilesGuest::kBuffer,
                                          number == SYS_readlinkat ? 64U : 0U}),
                      -EFAULT)
                << number << " " << bad;
        EXPECT_EQ(guest_.raw(SYS_access, {bad, R_OK}), -EFAULT);
        EXPECT_EQ(guest_.raw(SYS_unlinkat, {static_cast<std::uint64_t>(AT_FDCWD), bad, 0}), -EFAULT);
    }
    EXPECT_EQ(guest_.raw(SYS_open, {FilesGuest::kBuffer, 0, 0}), -ENAMETOOLONG);
    for (const std::uint64_t bad : {std::uint64_t{0}, unmapped, kEnd - 1, kEnd, ~std::uint64_t{0}}) {
        EXPECT_EQ(guest_.call(SYS_stat, in("f"), bad), -EFAULT);
        EXPECT_EQ(guest_.call(SYS_statx, AT_FDCWD, in("f"), 0, STATX_ALL, bad), -EFAULT);
        EXPECT_EQ(guest_.call(SYS_statfs, in("f"), bad), -EFAULT);
        EXPECT_EQ(guest_.call(SYS_readlink, "/dev/fd", bad, 100), -EFAULT);
        EXPECT_EQ(guest_.call(SYS_getcwd, bad, 100), -EFAULT);
        EXPECT_EQ(guest_.call(SYS_openat2, AT_FDCWD, in("f"), bad, 24), -EFAULT);
    }
}

}  // namespace
}  // namespace husk::test
