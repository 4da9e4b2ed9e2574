#include "support/files_guest.hpp"

#include <gmock/gmock.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

// Where paths lead under grants.
namespace husk::test {
namespace {

using testing::ElementsAre;

TEST(FilesLookup, WhatIsGrantedIsReadAndWhatIsNotIsNotThere)
{
    const TempFolder host;
    host.file("seen/a", "alpha");
    host.file("hidden/b", "beta");
    FilesGuest guest{"ro:" + (host / "seen")};
    EXPECT_EQ(guest.read(host / "seen/a"), "alpha");
    EXPECT_EQ(guest.open(host / "hidden/b"), -ENOENT);
    EXPECT_EQ(guest.stat(host / "hidden"), -ENOENT);
    EXPECT_EQ(guest.open(host / "seen/../hidden/b"), -ENOENT);
    EXPECT_EQ(guest.stat(host / "seen/none"), -ENOENT);
    EXPECT_EQ(guest.stat("/etc/passwd"), -ENOENT);
}

TEST(FilesLookup, AGrantForReadingCannotBeWritten)
{
    const TempFolder host;
    host.file("seen/a", "alpha");
    FilesGuest guest{"ro:" + (host / "seen")};
    EXPECT_EQ(guest.open(host / "seen/a", O_WRONLY), -EROFS);
    EXPECT_EQ(guest.open(host / "seen/a", O_RDWR), -EROFS);
    EXPECT_EQ(guest.open(host / "seen/a", O_RDONLY | O_TRUNC), -EROFS);
    EXPECT_EQ(guest.open(host / "seen/new", O_WRONLY | O_CREAT), -EROFS);
    EXPECT_EQ(guest.open(host / "seen", O_RDWR | O_TMPFILE), -EROFS);
    EXPECT_EQ(bytes_of(host / "seen/a"), "alpha");
    EXPECT_EQ(guest.read(host / "seen/a"), "alpha");
}

TEST(FilesLookup, AGrantForWritingCan)
{
    const TempFolder host;
    const std::string folder = host.folder("w");
    FilesGuest guest{"rw:" + folder};
    const program::Result fd = guest.open(folder + "/new", O_WRONLY | O_CREAT, 0640);
    ASSERT_GE(fd, 0);
    EXPECT_EQ(::write(static_cast<int>(fd), "x", 1), 1);
    ::close(static_cast<int>(fd));
    EXPECT_EQ(bytes_of(folder + "/new"), "x");
    EXPECT_EQ(guest.open(folder + "/new", O_WRONLY | O_CREAT | O_EXCL), -EEXIST);
    EXPECT_EQ(guest.read(folder + "/new"), "x");
}

TEST(FilesLookup, FoldersThatOnlyLeadToGrantsListWhatLeadsThere)
{
    const TempFolder host;
    host.file("a/b/granted/f");
    host.file("a/other");
    FilesGuest guest{"ro:" + (host / "a/b/granted")};
    EXPECT_THAT(guest.list(host / "a"), ElementsAre("b"));
    EXPECT_THAT(guest.list(host / "a/b"), ElementsAre("granted"));
    EXPECT_THAT(guest.list(host / "a/b/granted"), ElementsAre("f"));
    EXPECT_THAT(guest.list("/"), ElementsAre("dev", "proc", "sys", "tmp"));
    ASSERT_EQ(guest.stat("/"), 0);
    EXPECT_TRUE(S_ISDIR(guest.get<struct stat>().st_mode));
    EXPECT_EQ(guest.call(SYS_mkdir, host / "a/new", 0777), -EACCES);
    EXPECT_EQ(guest.call(SYS_mkdir, host / "a/b", 0777), -EEXIST);
    EXPECT_EQ(guest.open(host / "a/new", O_CREAT | O_WRONLY), -EACCES);
}

TEST(FilesLookup, LinksLeadFromGrantToGrant)
{
    const TempFolder host;
    host.file("lib/real.so.1", "library");
    host.link("bin/tool", "../lib/tool.link");
    host.link("lib/tool.link", host / "lib/real.so.1");
    host.link("bin/out", "../secret");
    host.file("secret", "secret");
    FilesGuest guest{"ro:" + (host / "bin"), "ro:" + (host / "lib")};
    EXPECT_EQ(guest.read(host / "bin/tool"), "library");
    EXPECT_EQ(guest.readlink(host / "bin/tool"), "../lib/tool.link");
    EXPECT_EQ(guest.open(host / "bin/out"), -ENOENT);
    EXPECT_EQ(guest.readlink(host / "bin/out"), "../secret");
    EXPECT_EQ(guest.open(host / "bin/tool", O_NOFOLLOW), -ELOOP);
}

TEST(FilesLookup, AGrantThroughALinkShowsTheLink)
{
    const TempFolder host;
    host.file("usr/lib/libc", "c");
    host.link("lib", "usr/lib");
    FilesGuest guest{"ro:" + (host / "lib")};
    EXPECT_EQ(guest.readlink(host / "lib"), "usr/lib");
    EXPECT_EQ(guest.read(host / "lib/libc"), "c");
    EXPECT_EQ(guest.read(host / "usr/lib/libc"), "c");
    EXPECT_THAT(guest.list(host.path()), ElementsAre("lib", "usr"));
}

TEST(FilesLookup, PlacesMayDiffer)
{
    const TempFolder host;
    host.file("data/f", "data");
    FilesGuest guest{"rw:" + (host / "data") + "=/work/in/here"};
    EXPECT_EQ(guest.read("/work/in/here/f"), "data");
    EXPECT_EQ(guest.open(host / "data/f"), -ENOENT);
    EXPECT_THAT(guest.list("/work"), ElementsAre("in"));
    EXPECT_EQ(guest.call(SYS_chdir, "/work/in/here"), 0);
    EXPECT_EQ(guest.cwd(), "/work/in/here");
    EXPECT_EQ(guest.read("f"), "data");
    EXPECT_EQ(guest.read("../here/f"), "data");
}

TEST(FilesLookup, AFileGrantedAlone)
{
    const TempFolder host;
    host.file("d/one", "1");
    host.file("d/two", "2");
    FilesGuest guest{"ro:" + (host / "d/one")};
    EXPECT_EQ(guest.read(host / "d/one"), "1");
    EXPECT_EQ(guest.open(host / "d/two"), -ENOENT);
    EXPECT_THAT(guest.list(host / "d"), ElementsAre("one"));
    EXPECT_EQ(guest.stat((host / "d/one") + "/"), -ENOTDIR);
    EXPECT_EQ(guest.stat((host / "d/one") + "/x"), -ENOTDIR);
}

TEST(FilesLookup, RelativeToADescriptor)
{
    const TempFolder host;
    host.file("d/e/f", "f");
    host.file("outside", "o");
    FilesGuest guest{"ro:" + (host / "d")};
    const program::Result folder = guest.open(host / "d/e", O_DIRECTORY);
    ASSERT_GE(folder, 0);
    const program::Result fd = guest.call(SYS_openat, folder, "f", O_RDONLY, 0);
    ASSERT_GE(fd, 0);
    EXPECT_EQ(guest.call(SYS_openat, folder, "../../outside", O_RDONLY, 0), -ENOENT);
    EXPECT_EQ(guest.call(SYS_openat, fd, "x", O_RDONLY, 0), -ENOTDIR);
    EXPECT_EQ(guest.call(SYS_openat, 777, "x", O_RDONLY, 0), -EBADF);
    EXPECT_EQ(guest.call(SYS_openat, guest.process().files.grants().roots()[0]->fd.get(), "x", O_RDONLY, 0), -EBADF);
    EXPECT_EQ(guest.call(SYS_newfstatat, fd, "", FilesGuest::kBuffer, AT_EMPTY_PATH), 0);
    EXPECT_EQ(guest.get<struct stat>().st_size, 1);
    EXPECT_EQ(guest.call(SYS_newfstatat, fd, "", FilesGuest::kBuffer, 0), -ENOENT);
    ::close(static_cast<int>(fd));
    ::close(static_cast<int>(folder));
}

TEST(FilesLookup, SlashesDotsAndLengths)
{
    const TempFolder host;
    host.file("d/f", "f");
    host.link("d/l", "f");
    FilesGuest guest{"rw:" + (host / "d")};
    EXPECT_EQ(guest.stat(host / "d//./f"), 0);
    EXPECT_EQ(guest.stat(host / "d/f/"), -ENOTDIR);
    EXPECT_EQ(guest.stat(host / "d/f/."), -ENOTDIR);
    EXPECT_EQ(guest.stat(host / "d/f/.."), -ENOTDIR);
    EXPECT_EQ(guest.stat(host / "d/l/"), -ENOTDIR);
    EXPECT_EQ(guest.stat(host / "d/"), 0);
    EXPECT_EQ(guest.stat(""), -ENOENT);
    EXPECT_EQ(guest.stat(host / "d/" + std::string(256, 'n')), -ENAMETOOLONG);
    EXPECT_EQ(guest.stat("/" + std::string(256, 'n')), -ENAMETOOLONG);
    EXPECT_EQ(guest.stat("/" + std::string(5000, '/')), -ENAMETOOLONG);
    EXPECT_EQ(guest.open(host / "d/new/", O_CREAT | O_WRONLY), -EISDIR);
    EXPECT_EQ(guest.open(host / "d", O_CREAT | O_WRONLY), -EISDIR);
    EXPECT_EQ(guest.open(host / "d", O_WRONLY), -EISDIR);
    EXPECT_EQ(guest.open(host / "d/f", O_DIRECTORY), -ENOTDIR);
    EXPECT_EQ(guest.stat("/../../" + (host / "d/f")), 0);
}

TEST(FilesLookup, TheLowestNumberIsGiven)
{
    const TempFolder host;
    host.file("d/e/f", "f");
    host.link("d/l", "e/f");
    FilesGuest guest{"rw:" + (host / "d")};
    const int lowest = ::dup(0);
    ::close(lowest);
    for (const std::string& path :
         {host / "d/e/f", host / "d/l", std::string{"/proc/self/maps"}, std::string{"/"}, std::string{"/proc/self/fd"}}) {
        const program::Result fd = guest.open(path);
        EXPECT_EQ(fd, lowest) << path;
        ::close(static_cast<int>(fd));
    }
    const program::Result made = guest.open(host / "d/new", O_CREAT | O_WRONLY);
    EXPECT_EQ(made, lowest);
    ::close(static_cast<int>(made));
    const program::Result reference = guest.open(host / "d/l", O_PATH | O_NOFOLLOW);
    EXPECT_EQ(reference, lowest);
    ::close(static_cast<int>(reference));
}

TEST(FilesLookup, ExplainsOncePerPath)
{
    const TempFolder host;
    host.file("seen/a");
    host.file("hidden");
    FilesGuest guest{"ro:" + (host / "seen")};
    for (int i = 0; i < 3; ++i) {
        guest.stat(host / "hidden");
        guest.open(host / "seen/a", O_WRONLY);
        guest.stat(host / "nothing");
    }
    EXPECT_THAT(guest.told(),
                ElementsAre((host / "hidden") + " is not granted: --ro " + (host / "hidden") + " would allow it",
                            (host / "seen/a") + " is granted for reading only: --rw " + (host / "seen") + " would allow it"));
}

}  // namespace
}  // namespace husk::test
