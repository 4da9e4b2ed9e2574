#include "support/files_guest.hpp"

#include <gmock/gmock.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

// The /proc that Husk makes, and that it is not the host's.
namespace husk::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(FilesProc, ExeIsTheProgram)
{
    const TempFolder host;
    ProgramConfig config;
    config.path = host.file("bin/program", "#!elf");
    FilesGuest guest{config};
    const int program = ::open(config.path.c_str(), O_RDONLY | O_CLOEXEC);
    guest.process().files.set_program(config.path, program);
    ::close(program);
    EXPECT_EQ(guest.readlink("/proc/self/exe"), config.path);
    EXPECT_EQ(guest.readlink("/proc/" + std::to_string(::getpid()) + "/exe"), config.path);
    EXPECT_EQ(guest.readlink("/proc/thread-self/exe"), config.path);
    EXPECT_EQ(guest.read("/proc/self/exe"), "#!elf");
    EXPECT_EQ(guest.open("/proc/self/exe", O_RDWR), -EACCES);
    EXPECT_EQ(guest.open(config.path), -ENOENT);  // not granted by name
}

TEST(FilesProc, MapsAreTheSpaces)
{
    FilesGuest guest{};
    guest.process().space.map({.at = {0x40'0000},
                               .size = 0x2000,
                               .protection = PROT_READ | PROT_EXEC,
                               .flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
                               .name = "[stack]"});
    const std::string maps = guest.read("/proc/self/maps");
    EXPECT_THAT(maps, HasSubstr("00400000-00402000 r-xp 00000000 00:00 0                                  [stack]\n"));
    EXPECT_THAT(maps, HasSubstr("00100000-00110000 rw-p 00000000 00:00 0 \n"));
    EXPECT_THAT(maps, Not(HasSubstr("husk")));
}

TEST(FilesProc, NothingOfHusksOwn)
{
    FilesGuest guest{};
    for (const std::string name : {"mem", "pagemap", "smaps", "map_files", "task", "ns", "environ.", "syscall", "stack", "kcore"}) {
        EXPECT_EQ(guest.open("/proc/self/" + name), -ENOENT) << name;
        EXPECT_EQ(guest.open("/proc/" + std::to_string(::getpid()) + "/" + name), -ENOENT) << name;
    }
    EXPECT_EQ(guest.stat("/proc/1"), -ENOENT);
    EXPECT_EQ(guest.stat("/proc/kcore"), -ENOENT);
    EXPECT_EQ(guest.stat("/proc/self/root/etc/passwd"), -ENOENT);
    EXPECT_EQ(guest.stat("/proc/self/cwd/etc/passwd"), -ENOENT);
    EXPECT_EQ(guest.readlink("/proc/self/root"), "/");
    EXPECT_EQ(guest.readlink("/proc/self/cwd"), "/");
    EXPECT_EQ(guest.open("/proc/self/maps", O_WRONLY), -EACCES);
    EXPECT_EQ(guest.call(SYS_chmod, "/proc/self/maps", 0777), -EROFS);
    EXPECT_EQ(guest.call(SYS_unlink, "/proc/self/maps"), -EBUSY);
    EXPECT_EQ(guest.call(SYS_mkdir, "/proc/new", 0777), -EACCES);
}

TEST(FilesProc, DescriptorsBelowTheLineOnly)
{
    const TempFolder host;
    host.file("d/f", "f");
    FilesGuest guest{"ro:" + (host / "d")};
    const program::Result fd = guest.open(host / "d/f");
    const std::string number = std::to_string(fd);
    EXPECT_EQ(guest.readlink("/proc/self/fd/" + number), host / "d/f");
    EXPECT_EQ(guest.readlink("/dev/fd/" + number), host / "d/f");
    EXPECT_EQ(guest.read("/proc/self/fd/" + number), "f");
    EXPECT_EQ(guest.open("/proc/self/fd/" + number, O_RDWR), -EROFS);
    EXPECT_EQ(guest.open("/proc/self/fd/0" + number), -ENOENT);
    const auto names = guest.list("/proc/self/fd");
    EXPECT_THAT(names, testing::Contains(number));
    for (const std::string& name : names) EXPECT_LT(std::stoi(name), guest.process().descriptor_line);
    for (const program::Root* root : guest.process().files.grants().roots()) {
        const std::string own = "/proc/self/fd/" + std::to_string(root->fd.get());
        EXPECT_EQ(guest.open(own), -ENOENT);
        EXPECT_EQ(guest.stat(own + "/f"), -ENOENT);
        EXPECT_EQ(guest.readlink(own), std::nullopt);
    }
    ::close(static_cast<int>(fd));
}

TEST(FilesProc, ADescriptorFromOutsideKeepsItsRights)
{
    const TempFolder host;
    const std::string outside = host.file("outside", "given");
    FilesGuest guest{};
    const int reading = ::open(outside.c_str(), O_RDONLY);
    const std::string name = "/proc/self/fd/" + std::to_string(reading);
    EXPECT_EQ(guest.read(name), "given");
    EXPECT_EQ(guest.open(name, O_WRONLY), -EACCES);
    EXPECT_EQ(guest.open(name, O_RDONLY | O_TRUNC), -EACCES);
    EXPECT_EQ(guest.call(SYS_chmod, name, 0777), -EPERM);
    EXPECT_EQ(guest.call(SYS_fchmod, reading, 0777), -EPERM);
    EXPECT_EQ(guest.call(SYS_truncate, name, 0), -EPERM);
    EXPECT_THAT(guest.readlink(name).value_or(""), Not(HasSubstr("outside")));
    ::close(reading);
    const int appending = ::open(outside.c_str(), O_WRONLY | O_APPEND);
    const std::string other = "/proc/self/fd/" + std::to_string(appending);
    EXPECT_EQ(guest.open(other, O_WRONLY | O_TRUNC), -EACCES);
    const program::Result again = guest.open(other, O_WRONLY);
    ASSERT_GE(again, 0);
    EXPECT_EQ(::write(static_cast<int>(again), "!", 1), 1);
    EXPECT_EQ(bytes_of(outside), "given!");
    ::close(static_cast<int>(again));
    ::close(appending);
    EXPECT_EQ(bytes_of(outside), "given!");
}

TEST(FilesProc, FilesOfText)
{
    ProgramConfig config;
    config.path = "/bin/something-with-a-long-name";
    config.arguments = {"a", "b c"};
    config.environment = {"X=1"};
    FilesGuest guest{config};
    EXPECT_EQ(guest.read("/proc/self/cmdline"), (std::string{"a\0b c\0", 6}));
    EXPECT_EQ(guest.read("/proc/self/environ"), (std::string{"X=1\0", 4}));
    EXPECT_EQ(guest.read("/proc/self/comm"), "something-with-\n");
    EXPECT_THAT(guest.read("/proc/self/stat"), testing::StartsWith(std::to_string(::getpid()) + " (something-with-) R "));
    EXPECT_THAT(guest.read("/proc/self/status"), AllOf(HasSubstr("Name:\tsomething-with-\n"), HasSubstr("VmSize:\t")));
    EXPECT_THAT(guest.read("/proc/self/limits"), HasSubstr("Max open files"));
    EXPECT_EQ(guest.read("/proc/mounts"), guest.read("/proc/self/mounts"));
    EXPECT_EQ(guest.read("/proc/cpuinfo"), bytes_of("/proc/cpuinfo").empty() ? "" : guest.read("/proc/cpuinfo"));
    EXPECT_EQ(guest.read("/sys/devices/system/cpu/online"), bytes_of("/sys/devices/system/cpu/online"));
    EXPECT_EQ(guest.read("/proc/sys/kernel/osrelease"), bytes_of("/proc/sys/kernel/osrelease"));
    ASSERT_EQ(guest.stat("/proc/self/maps"), 0);
    EXPECT_TRUE(S_ISREG(guest.get<struct stat>().st_mode));
    const program::Result fd = guest.open("/proc/self/comm");
    EXPECT_EQ(guest.readlink("/proc/self/fd/" + std::to_string(fd)), "/proc/" + std::to_string(::getpid()) + "/comm");
    EXPECT_EQ(::ftruncate(static_cast<int>(fd), 0), -1);
    ::close(static_cast<int>(fd));
    EXPECT_THAT(guest.list("/proc"),
                testing::IsSupersetOf({std::string{"self"}, std::string{"cpuinfo"}, std::to_string(::getpid())}));
}

}  // namespace
}  // namespace husk::test
