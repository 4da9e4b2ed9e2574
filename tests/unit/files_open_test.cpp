#include "support/files_guest.hpp"

#include <gmock/gmock.h>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <thread>

// The ways to open a file.
namespace husk::test {
namespace {

using program::Result;

/// A descriptor that a call made, or its error.
class Opened {
public:
    explicit Opened(Result fd) : fd_{fd} {}
    ~Opened()
    {
        if (fd_ >= 0) ::close(static_cast<int>(fd_));
    }
    Opened(const Opened&) = delete;
    Opened& operator=(const Opened&) = delete;
    Result result() const { return fd_; }
    int fd() const { return static_cast<int>(fd_); }

private:
    Result fd_;
};

class FilesOpen : public testing::Test {
protected:
    Result open2(const std::string& path, open_how how, std::uint64_t size = sizeof(open_how), int at = AT_FDCWD)
    {
        guest_.put(how);
        return guest_.call(SYS_openat2, at, path, FilesGuest::kBuffer, size);
    }

    FilesFolder host_;
    std::string file_ = host_.file("w/f", "12345");
    std::string link_ = host_.link("w/l", "f");
    std::string kept_ = host_.file("r/d/f", "kept");
    FilesGuest guest_{"rw:" + (host_ / "w"), "ro:" + (host_ / "r")};
};

TEST_F(FilesOpen, FlagsArriveAsTheyAre)
{
    for (const int flags : {O_RDONLY, O_WRONLY | O_APPEND, O_RDWR | O_NONBLOCK, O_RDONLY | O_NOATIME, O_RDWR | O_SYNC}) {
        const Opened opened{guest_.open(file_, flags)};
        ASSERT_GE(opened.result(), 0) << flags;
        EXPECT_EQ(::fcntl(opened.fd(), F_GETFL), flags | 0100000) << flags;
        EXPECT_EQ(::fcntl(opened.fd(), F_GETFD), 0);
    }
    const Opened closing{guest_.open(file_, O_RDONLY | O_CLOEXEC)};
    EXPECT_EQ(::fcntl(closing.fd(), F_GETFD), FD_CLOEXEC);
    const Opened unknown{guest_.open(file_, O_RDONLY | 0x4000'0000)};
    EXPECT_GE(unknown.result(), 0);
}

TEST_F(FilesOpen, References)
{
    const Opened file{guest_.open(file_, O_PATH | O_RDWR)};
    ASSERT_GE(file.result(), 0);
    EXPECT_EQ(::fcntl(file.fd(), F_GETFL) & O_PATH, O_PATH);
    const Opened again{guest_.open("/proc/self/fd/" + std::to_string(file.result()), O_RDWR)};
    EXPECT_GE(again.result(), 0);
    const Opened link{guest_.open(link_, O_PATH | O_NOFOLLOW)};
    ASSERT_GE(link.result(), 0);
    EXPECT_EQ(guest_.call(SYS_readlinkat, link.result(), "", FilesGuest::kBuffer, 10), 1);
    EXPECT_EQ(guest_.text(1), "f");
    EXPECT_EQ(guest_.call(SYS_readlinkat, file.result(), "", FilesGuest::kBuffer, 10), -ENOENT);
    const Opened kept{guest_.open(kept_, O_PATH)};
    const std::string name = "/proc/self/fd/" + std::to_string(kept.result());
    EXPECT_EQ(guest_.open(name, O_RDWR), -EROFS);
    EXPECT_EQ(guest_.read(name), "kept");
    EXPECT_EQ(guest_.call(SYS_openat, file.result(), "x", 0, 0), -ENOTDIR);
    EXPECT_EQ(guest_.open("/proc/self/fd/0", O_PATH | O_NOFOLLOW), -ELOOP);
}

TEST_F(FilesOpen, FilesWithoutAName)
{
    const Opened file{guest_.open(host_ / "w", O_TMPFILE | O_RDWR, 0600)};
    ASSERT_GE(file.result(), 0);
    EXPECT_EQ(::write(file.fd(), "x", 1), 1);
    const Opened again{guest_.open("/proc/self/fd/" + std::to_string(file.result()), O_RDONLY)};
    EXPECT_GE(again.result(), 0);
    EXPECT_EQ(guest_.call(SYS_fchmod, file.result(), 0644), 0);
    EXPECT_EQ(guest_.open(host_ / "w", O_TMPFILE | O_RDONLY, 0600), -EINVAL);
    EXPECT_EQ(guest_.open(host_ / "r", O_TMPFILE | O_RDWR, 0600), -EROFS);
    EXPECT_EQ(guest_.open(file_, O_TMPFILE | O_RDWR, 0600), -ENOTDIR);
    EXPECT_EQ(guest_.open("/", O_TMPFILE | O_RDWR, 0600), -EOPNOTSUPP);
}

TEST_F(FilesOpen, HowMayBeSaidInDetail)
{
    const auto error = [&](open_how how, std::uint64_t size = sizeof(open_how)) { return open2(file_, how, size); };
    EXPECT_EQ(error({}, 8), -EINVAL);
    EXPECT_EQ(error({}, 5000), -E2BIG);
    EXPECT_EQ(error({.flags = 0x4000'0000, .mode = 0, .resolve = 0}), -EINVAL);
    EXPECT_EQ(error({.flags = 0, .mode = 0600, .resolve = 0}), -EINVAL);
    EXPECT_EQ(error({.flags = O_CREAT, .mode = 010000, .resolve = 0}), -EINVAL);
    EXPECT_EQ(error({.flags = O_PATH | O_RDWR, .mode = 0, .resolve = 0}), -EINVAL);
    EXPECT_EQ(error({.flags = 0, .mode = 0, .resolve = 0x1000}), -EINVAL);
    EXPECT_EQ(error({.flags = 0, .mode = 0, .resolve = RESOLVE_BENEATH | RESOLVE_IN_ROOT}), -EINVAL);
    EXPECT_EQ(error({.flags = 0, .mode = 0, .resolve = RESOLVE_CACHED}), -EAGAIN);
    struct Larger {
        open_how how;
        std::uint64_t more;
    };
    guest_.put(Larger{.how = {}, .more = 0});
    const Opened opened{guest_.call(SYS_openat2, AT_FDCWD, file_, FilesGuest::kBuffer, sizeof(Larger))};
    EXPECT_GE(opened.result(), 0);
    guest_.put(Larger{.how = {}, .more = 1});
    EXPECT_EQ(guest_.call(SYS_openat2, AT_FDCWD, file_, FilesGuest::kBuffer, sizeof(Larger)), -E2BIG);
}

TEST_F(FilesOpen, WaysOfResolving)
{
    const auto with = [](std::uint64_t resolve) { return open_how{.flags = 0, .mode = 0, .resolve = resolve}; };
    host_.link("w/absolute", file_);
    host_.link("w/up", "../r/d/f");
    const Opened folder{guest_.open(host_ / "w", O_DIRECTORY)};
    const auto in = [&](const std::string& path, std::uint64_t resolve) {
        return Opened{open2(path, with(resolve), sizeof(open_how), folder.fd())}.result();
    };
    EXPECT_GE(in("f", RESOLVE_BENEATH), 0);
    EXPECT_GE(in("l", RESOLVE_BENEATH), 0);
    EXPECT_EQ(in("l", RESOLVE_NO_SYMLINKS), -ELOOP);
    EXPECT_EQ(in("../w/f", RESOLVE_BENEATH), -EXDEV);
    EXPECT_EQ(in("absolute", RESOLVE_BENEATH), -EXDEV);
    EXPECT_EQ(in("up", RESOLVE_BENEATH), -EXDEV);
    EXPECT_GE(in("up", 0), 0);
    EXPECT_EQ(in(file_, RESOLVE_BENEATH), -EXDEV);
    EXPECT_GE(in("/f", RESOLVE_IN_ROOT), 0);
    EXPECT_GE(in("../../../f", RESOLVE_IN_ROOT), 0);
    EXPECT_EQ(in("absolute", RESOLVE_IN_ROOT), -ENOENT);
    EXPECT_EQ(in("up", RESOLVE_NO_XDEV), -EXDEV);
    EXPECT_EQ(in("/proc/self/fd/0", RESOLVE_NO_MAGICLINKS), -ELOOP);
}

TEST_F(FilesOpen, AFifoWaitsForItsOtherEnd)
{
    ASSERT_EQ(guest_.call(SYS_mknod, host_ / "w/fifo", S_IFIFO | 0600, 0), 0);
    std::thread writer{[&] {
        const int fd = ::open((host_ / "w/fifo").c_str(), O_WRONLY);
        EXPECT_EQ(::write(fd, "through", 7), 7);
        ::close(fd);
    }};
    EXPECT_EQ(guest_.read(host_ / "w/fifo"), "through");
    writer.join();
    EXPECT_EQ(guest_.open(host_ / "w/fifo", O_WRONLY | O_NONBLOCK), -ENXIO);
    // What interrupts the thread ends the wait.
    guest_.thread().interrupt();
    EXPECT_EQ(guest_.open(host_ / "w/fifo"), -EINTR);
    EXPECT_TRUE(guest_.thread().attended());
}

TEST_F(FilesOpen, DevicesAreGrantedOneByOne)
{
    {
        FilesGuest folder{"rw:/dev"};
        EXPECT_EQ(folder.open("/dev/null", O_RDWR), -EACCES);
        EXPECT_EQ(folder.open("/dev/zero"), -EACCES);
        EXPECT_THAT(folder.told(),
                    testing::Contains("/dev/null is a device, which a folder does not grant: --rw /dev/null would allow it"));
    }
    FilesGuest itself{"rw:/dev/null", "ro:/dev/zero"};
    const Opened null{itself.open("/dev/null", O_RDWR | O_CREAT | O_TRUNC)};
    EXPECT_GE(null.result(), 0);
    const Opened zero{itself.open("/dev/zero")};
    EXPECT_GE(zero.result(), 0);
    EXPECT_EQ(itself.open("/dev/zero", O_RDWR), -EROFS);
}

TEST_F(FilesOpen, NothingIsMadeAboveTheLine)
{
    std::vector<int> filling;
    while (filling.empty() || filling.back() < guest_.process().descriptor_line - 1) {
        const int fd = ::dup(0);
        ASSERT_GE(fd, 0);
        filling.push_back(fd);
        if (fd >= guest_.process().descriptor_line) break;
    }
    EXPECT_EQ(guest_.open(file_), -EMFILE);
    EXPECT_EQ(guest_.open(link_), -EMFILE);
    EXPECT_EQ(guest_.open(host_ / "w/new", O_CREAT | O_WRONLY), -EMFILE);
    EXPECT_EQ(guest_.open("/proc/self/maps"), -EMFILE);
    EXPECT_EQ(guest_.open("/"), -EMFILE);
    EXPECT_EQ(guest_.stat(file_), 0);
    ::close(filling.front());
    const Opened opened{guest_.open(link_)};
    EXPECT_EQ(opened.result(), filling.front());
    for (std::size_t i = 1; i < filling.size(); ++i) ::close(filling[i]);
}

TEST_F(FilesOpen, TheUmaskCounts)
{
    guest_.process().standing.umask = 077;
    const Opened made{guest_.open(host_ / "w/new", O_CREAT | O_WRONLY, 0666)};
    EXPECT_EQ(guest_.call(SYS_mkdir, host_ / "w/folder", 0777), 0);
    ASSERT_EQ(guest_.stat(host_ / "w/new"), 0);
    EXPECT_EQ(guest_.get<struct stat>().st_mode & 0777u, 0600u);
    ASSERT_EQ(guest_.stat(host_ / "w/folder"), 0);
    EXPECT_EQ(guest_.get<struct stat>().st_mode & 0777u, 0700u);
}

}  // namespace
}  // namespace husk::test
