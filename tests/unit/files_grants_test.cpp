#include "support/errors.hpp"
#include "support/files_guest.hpp"

#include <gmock/gmock.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

// Grants within grants, what cannot be granted, and a /tmp of the program's own.
namespace husk::test {
namespace {

using program::Result;
using testing::ElementsAre;

TEST(FilesGrants, WhatIsKeptForReadingInAGrantForWriting)
{
    const FilesFolder host;
    host.file("h/a/keep/f", "kept");
    host.file("h/free/g", "free");
    host.link("h/way", "a/keep");
    FilesGuest guest{"rw:" + (host / "h"), "ro:" + (host / "h/a/keep")};
    EXPECT_EQ(guest.open(host / "h/a/keep/f", O_RDWR), -EROFS);
    EXPECT_EQ(guest.open(host / "h/way/f", O_RDWR), -EROFS);
    EXPECT_EQ(guest.open(host / "h/a/keep/new", O_CREAT | O_WRONLY), -EROFS);
    EXPECT_EQ(guest.open(host / "h/free/../a/keep/f", O_WRONLY), -EROFS);
    EXPECT_EQ(guest.call(SYS_unlink, host / "h/a/keep/f"), -EROFS);
    EXPECT_EQ(guest.call(SYS_unlink, host / "h/way/f"), -EROFS);
    for (const std::string& busy : {host / "h/a/keep", host / "h/a", host / "h"}) {
        EXPECT_EQ(guest.call(SYS_rename, busy, host / "h/moved"), -EBUSY) << busy;
        EXPECT_EQ(guest.call(SYS_rename, host / "h/free", busy), -EBUSY) << busy;
        EXPECT_EQ(guest.call(SYS_renameat2, AT_FDCWD, host / "h/free", AT_FDCWD, busy, RENAME_EXCHANGE), -EBUSY) << busy;
        EXPECT_EQ(guest.call(SYS_rmdir, busy), -EBUSY) << busy;
        EXPECT_EQ(guest.call(SYS_unlink, busy), -EBUSY) << busy;
        EXPECT_EQ(guest.call(SYS_mkdir, busy, 0777), -EEXIST) << busy;
        EXPECT_EQ(guest.call(SYS_symlink, "x", busy), -EEXIST) << busy;
    }
    const Result folder = guest.open(host / "h/a", O_DIRECTORY);
    EXPECT_EQ(guest.call(SYS_renameat, folder, "keep", AT_FDCWD, host / "h/moved"), -EBUSY);
    EXPECT_EQ(guest.call(SYS_unlinkat, folder, "keep", AT_REMOVEDIR), -EBUSY);
    EXPECT_EQ(guest.call(SYS_openat, folder, "keep/f", O_RDWR, 0), -EROFS);
    ::close(static_cast<int>(folder));
    EXPECT_EQ(guest.call(SYS_rename, host / "h/free", host / "h/a/free"), 0);
    EXPECT_EQ(guest.read(host / "h/a/free/g"), "free");
    EXPECT_EQ(guest.read(host / "h/a/keep/f"), "kept");
}

TEST(FilesGrants, WhatIsKeptIsKeptInEveryPlace)
{
    const FilesFolder host;
    host.file("h/keep/f", "kept");
    host.file("h/one", "1");
    FilesGuest guest{"rw:" + (host / "h") + "=/work", "ro:" + (host / "h/keep"), "ro:" + (host / "h/one") + "=/single"};
    EXPECT_EQ(guest.open("/work/keep/f", O_RDWR), -EROFS);
    EXPECT_EQ(guest.open("/work/one", O_RDWR), -EROFS);
    EXPECT_EQ(guest.call(SYS_rename, "/work/keep", "/work/moved"), -EBUSY);
    EXPECT_EQ(guest.call(SYS_unlink, "/work/one"), -EBUSY);
    EXPECT_EQ(guest.call(SYS_link, "/work/one", "/work/two"), -EXDEV);
    EXPECT_EQ(guest.read("/work/keep/f"), "kept");
    EXPECT_EQ(guest.read("/single"), "1");
    EXPECT_EQ(guest.call(SYS_mkdir, "/work/new", 0777), 0);
}

TEST(FilesGrants, WhatMayBeWrittenInAGrantForReading)
{
    const FilesFolder host;
    host.file("usr/local/x/f", "f");
    FilesGuest guest{"ro:" + (host / "usr"), "rw:" + (host / "usr/local/x")};
    EXPECT_EQ(guest.call(SYS_mkdir, host / "usr/new", 0777), -EROFS);
    EXPECT_EQ(guest.call(SYS_mkdir, host / "usr/local/new", 0777), -EROFS);
    EXPECT_EQ(guest.call(SYS_mkdir, host / "usr/local/x/new", 0777), 0);
    EXPECT_EQ(guest.call(SYS_mkdir, host / "usr/local", 0777), -EEXIST);
    EXPECT_THAT(guest.list(host / "usr/local"), ElementsAre("x"));
    EXPECT_THAT(guest.list(host / "usr/local/x"), ElementsAre("f", "new"));
}

TEST(FilesGrants, TheLaterOfTwoForOnePlaceCounts)
{
    const FilesFolder host;
    host.file("f", "f");
    EXPECT_EQ((FilesGuest{"rw:" + (host / "f"), "ro:" + (host / "f")}.open(host / "f", O_RDWR)), -EROFS);
    FilesGuest guest{"ro:" + (host / "f"), "rw:" + (host / "f")};
    const Result fd = guest.open(host / "f", O_RDWR);
    EXPECT_GE(fd, 0);
    ::close(static_cast<int>(fd));
}

TEST(FilesGrants, WhatCannotBeGranted)
{
    const FilesFolder host;
    host.file("f");
    const auto refused = [](std::string path, std::string at) {
        ProgramConfig config;
        config.grants = {{.path = std::move(path), .writable = false, .at = std::move(at)}};
        const FilesGuest guest{config};
    };
    EXPECT_THROW(refused("relative", ""), std::invalid_argument);
    EXPECT_THROW(refused("", ""), std::invalid_argument);
    EXPECT_THROW(refused("/proc", ""), std::invalid_argument);
    EXPECT_THROW(refused("/proc/self", ""), std::invalid_argument);
    EXPECT_THROW(refused("/proc/self/mem", ""), std::invalid_argument);
    EXPECT_THROW(refused("/proc/self/mem", "/x"), std::invalid_argument);
    EXPECT_THROW(refused("/proc/self/root", "/x/../y"), std::invalid_argument);
    EXPECT_THROW(refused(host.path(), "here"), std::invalid_argument);
    EXPECT_THROW(refused(host.path(), "/a/../b"), std::invalid_argument);
    EXPECT_THROW(refused(host.path(), "/proc"), std::invalid_argument);
    EXPECT_THROW(refused(host.path(), "/proc/x"), std::invalid_argument);
    EXPECT_THROW(refused(host / "f", "/"), std::invalid_argument);
    EXPECT_THROW(refused(host / "none", ""), Error);
    EXPECT_THROW(refused(host / "f/x", ""), Error);
    EXPECT_THROW(refused(std::string{"/tmp\0/x", 7}, ""), std::invalid_argument);
}

TEST(FilesGrants, AllOfTheHostButItsProc)
{
    FilesGuest guest{"ro:/"};
    EXPECT_EQ(guest.read("/etc/passwd"), bytes_of("/etc/passwd"));
    EXPECT_EQ(guest.stat("/proc/1"), -ENOENT);
    EXPECT_EQ(guest.stat("/proc/self/mem"), -ENOENT);
    EXPECT_EQ(guest.stat("/proc/self/task"), -ENOENT);
    EXPECT_EQ(guest.open("/dev/zero"), -EACCES);
    EXPECT_EQ(guest.stat("/dev/zero"), 0);
    EXPECT_EQ(guest.open("/etc/husk-new", O_CREAT | O_WRONLY), -EROFS);
    const std::string scratch = guest.process().files.grants().scratch().path();
    EXPECT_THAT(guest.list(scratch), ElementsAre());
    EXPECT_EQ(guest.stat(scratch + "/names"), -ENOENT);
}

TEST(FilesGrants, AFileThatIsReplaced)
{
    const FilesFolder host;
    host.file("d/f", "old");
    host.file("d/secret", "secret");
    FilesGuest guest{"rw:" + (host / "d/f")};
    host.file("d/new", "new");
    std::filesystem::rename(host / "d/new", host / "d/f");
    EXPECT_EQ(guest.read(host / "d/f"), "new");
    std::filesystem::remove(host / "d/f");
    EXPECT_EQ(guest.open(host / "d/f"), -ENOENT);
    EXPECT_EQ(guest.open(host / "d/f", O_CREAT | O_WRONLY), -EACCES);
    host.link("d/f", "secret");
    EXPECT_EQ(guest.open(host / "d/f"), -EACCES);
    EXPECT_EQ(guest.open(host / "d/f", O_WRONLY | O_TRUNC), -EACCES);
    EXPECT_EQ(guest.call(SYS_unlink, host / "d/f"), -EBUSY);
    EXPECT_EQ(bytes_of(host / "d/secret"), "secret");
}

TEST(FilesGrants, PrivateTmpVanishesWhateverIsInIt)
{
    constexpr int kDeep = 1200;
    const FilesFolder host;
    host.file("outside/f", "stays");
    std::string scratch;
    {
        FilesGuest guest{{"ro:" + (host / "outside")}, true};
        scratch = guest.process().files.grants().scratch().path();
        EXPECT_THAT(guest.list("/tmp"), ElementsAre());
        ASSERT_EQ(guest.stat("/tmp"), 0);
        EXPECT_EQ(guest.get<struct stat>().st_mode, S_IFDIR | 01777);
        EXPECT_EQ(guest.call(SYS_symlink, host / "outside", "/tmp/link"), 0);
        EXPECT_EQ(guest.call(SYS_symlink, "../..", "/tmp/up"), 0);
        EXPECT_EQ(guest.call(SYS_mkdir, "/tmp/closed", 0777), 0);
        EXPECT_EQ(guest.call(SYS_mkdir, "/tmp/closed/in", 0777), 0);
        EXPECT_EQ(guest.call(SYS_symlink, host / "outside", "/tmp/closed/in/link"), 0);
        EXPECT_EQ(guest.call(SYS_chmod, "/tmp/closed/in", 0), 0);
        EXPECT_EQ(guest.call(SYS_chmod, "/tmp/closed", 0), 0);
        EXPECT_EQ(guest.call(SYS_mknod, "/tmp/fifo", S_IFIFO | 0600, 0), 0);
        EXPECT_EQ(guest.call(SYS_mkdir, "/tmp/.removed-0", 0777), 0);
        EXPECT_EQ(guest.call(SYS_mkdir, "/tmp/.removed-1", 0), 0);
        EXPECT_EQ(guest.call(SYS_chdir, "/tmp"), 0);
        int depth = 0;
        while (depth < kDeep && guest.call(SYS_mkdir, "d", 0777) == 0 && guest.call(SYS_chdir, "d") == 0) ++depth;
        EXPECT_GT(depth, 1000);  // until the path of the working directory is longer than a path may be
        EXPECT_EQ(guest.read("/etc/passwd"), "[No such file or directory]");
    }
    EXPECT_FALSE(std::filesystem::exists(scratch));
    EXPECT_EQ(bytes_of(host / "outside/f"), "stays");
}

TEST(FilesGrants, DeepTreesAreRemoved)
{
    constexpr int kDeep = 2000;
    const FilesFolder host;
    const std::string top = host.folder("top");
    int fd = ::open(top.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; i < kDeep; ++i) {
        ASSERT_EQ(::mkdirat(fd, "d", 0700), 0);
        ASSERT_EQ(::symlinkat("/etc", fd, "etc"), 0);
        const int next = ::openat(fd, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        ASSERT_EQ(::fchmod(fd, i % 2 == 0 ? 0 : 0700), 0);
        ::close(fd);
        fd = next;
    }
    ::close(fd);
    ::chmod(top.c_str(), 0700);
    fd = ::open(top.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    EXPECT_TRUE(program::empty_folder(fd));
    ::close(fd);
    EXPECT_TRUE(std::filesystem::is_empty(top));
}

}  // namespace
}  // namespace husk::test
