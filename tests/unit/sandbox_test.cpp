// What a process can and cannot do once it is confined. Each in a child, for it cannot be undone.
#include "program/sandbox/sandbox.hpp"

#include "program/sandbox/landlock_rights.hpp"
#include "support/confined.hpp"
#include "support/errors.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

namespace husk::program {
namespace {

using test::ChildEnd;
using test::confined;
using test::error_of_call;
using test::in_child;
using test::try_open;

constexpr ChildEnd ended(int status)
{
    return {.status = status, .signal = 0};
}

int remove(const std::string& path)
{
    return error_of_call(::unlinkat(AT_FDCWD, path.c_str(), 0));
}

int make_folder(const std::string& path)
{
    return error_of_call(::mkdirat(AT_FDCWD, path.c_str(), 0700));
}

int rename(const std::string& from, const std::string& to)
{
    return error_of_call(::renameat(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str()));
}

/// A folder with `file`, a folder `inner`, and `elsewhere` beside it, which goes when this does.
class Sandbox : public testing::Test {
protected:
    void SetUp() override
    {
        if (const std::string missing = test::missing_here(); !missing.empty()) GTEST_SKIP() << missing;
        std::string pattern = testing::TempDir() + "husk-sandbox-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        top_ = pattern;
        for (const char* folder : {"/granted", "/granted/inner", "/elsewhere"}) std::filesystem::create_directory(top_ + folder);
        for (const char* file : {"/granted/file", "/elsewhere/file"}) std::ofstream{top_ + file} << "text";
    }
    ~Sandbox() override
    {
        if (!top_.empty()) std::filesystem::remove_all(top_);
    }

    std::string granted(const std::string& name = "") const { return top_ + "/granted" + name; }
    std::string elsewhere(const std::string& name = "") const { return top_ + "/elsewhere" + name; }

    std::vector<Reachable> read_only() const { return {{.path = granted()}}; }
    std::vector<Reachable> writable() const { return {{.path = granted(), .way = Reachable::Way::Write}}; }

    std::string top_;
};

TEST_F(Sandbox, IsOnAndSaysSo)
{
    EXPECT_EQ(in_child([] {
                  const SandboxReport report = confine({});
                  const bool why = !report.landlock.why_not.empty() || !report.seccomp.why_not.empty();
                  return report.no_new_privileges.on && report.landlock_abi > 0 && !why ? 0 : 1;
              }),
              ended(0));
}

TEST_F(Sandbox, OpensWhatIsGrantedAndNothingElse)
{
    EXPECT_EQ(confined(read_only(), [&] { return try_open(granted("/file"), O_RDONLY); }), ended(0));
    EXPECT_EQ(confined(read_only(), [&] { return try_open(granted(), O_RDONLY | O_DIRECTORY); }), ended(0));
    EXPECT_EQ(confined(read_only(), [&] { return try_open(elsewhere("/file"), O_RDONLY); }), ended(EACCES));
    EXPECT_EQ(confined(read_only(), [&] { return try_open(granted("/../elsewhere/file"), O_RDONLY); }), ended(EACCES));
    EXPECT_EQ(confined({}, [&] { return try_open(granted("/file"), O_RDONLY); }), ended(EACCES));
    EXPECT_EQ(confined({}, [&] { return try_open("/", O_RDONLY | O_DIRECTORY); }), ended(EACCES));
    EXPECT_EQ(confined({}, [&] { return try_open("/proc/self/mem", O_RDWR); }), ended(EACCES));
}

TEST_F(Sandbox, WritesNothingThatIsGrantedForReading)
{
    EXPECT_EQ(confined(read_only(), [&] { return try_open(granted("/file"), O_WRONLY); }), ended(EACCES));
    EXPECT_EQ(confined(read_only(), [&] { return try_open(granted("/new"), O_WRONLY | O_CREAT); }), ended(EACCES));
    EXPECT_EQ(confined(read_only(), [&] { return remove(granted("/file")); }), ended(EACCES));
    EXPECT_EQ(confined(read_only(), [&] { return make_folder(granted("/more")); }), ended(EACCES));
}

TEST_F(Sandbox, TruncatesNothingThatIsGrantedForReading)
{
    if (SandboxKernel::host().landlock_abi() < landlock::kAbiOfTruncate) GTEST_SKIP() << "Landlock's ABI 3 forbids truncation";
    EXPECT_EQ(confined(read_only(), [&] { return try_open(granted("/file"), O_RDONLY | O_TRUNC); }), ended(EACCES));
}

TEST_F(Sandbox, WritesWhatIsGrantedForWriting)
{
    EXPECT_EQ(confined(writable(), [&] { return try_open(granted("/file"), O_RDWR | O_TRUNC); }), ended(0));
    EXPECT_EQ(confined(writable(), [&] { return try_open(granted("/new"), O_WRONLY | O_CREAT); }), ended(0));
    EXPECT_EQ(confined(writable(), [&] { return make_folder(granted("/more")); }), ended(0));
    EXPECT_EQ(confined(writable(), [&] { return rename(granted("/new"), granted("/inner/new")); }), ended(0));
    EXPECT_EQ(confined(writable(), [&] { return remove(granted("/inner/new")); }), ended(0));
}

TEST_F(Sandbox, MovesNothingOutOfWhatIsGrantedAndMakesNoDevices)
{
    EXPECT_NE(confined(writable(), [&] { return rename(granted("/file"), elsewhere("/stolen")); }), ended(0));
    EXPECT_NE(confined(writable(), [&] { return rename(elsewhere("/file"), granted("/stolen")); }), ended(0));
    EXPECT_TRUE(std::filesystem::exists(granted("/file")) && std::filesystem::exists(elsewhere("/file")));
    EXPECT_EQ(confined(writable(),
                       [&] {
                           const std::string device = granted("/null");
                           return error_of_call(::mknodat(AT_FDCWD, device.c_str(), S_IFCHR | 0600, makedev(1, 3)));
                       }),
              ended(EACCES));
}

TEST_F(Sandbox, GrantsASingleFileAndAnOpenDescriptor)
{
    const std::vector<Reachable> file{{.path = granted("/file"), .way = Reachable::Way::Write}};
    EXPECT_EQ(confined(file, [&] { return try_open(granted("/file"), O_RDWR); }), ended(0));
    EXPECT_EQ(confined(file, [&] { return try_open(granted("/other"), O_WRONLY | O_CREAT); }), ended(EACCES));
    const UniqueFd folder{::open(granted().c_str(), O_PATH | O_CLOEXEC)};
    const std::vector<Reachable> open{{.path = "not looked at", .descriptor = folder.get()}};
    EXPECT_EQ(confined(open, [&] { return try_open(granted("/file"), O_RDONLY); }), ended(0));
}

TEST_F(Sandbox, LeavesWhatIsOpenOpen)
{
    const UniqueFd file{::open(elsewhere("/file").c_str(), O_RDONLY | O_CLOEXEC)};
    EXPECT_EQ(confined({},
                       [&] {
                           std::array<char, 4> bytes{};
                           return ::read(file.get(), bytes.data(), bytes.size()) == 4 ? 0 : errno;
                       }),
              ended(0));
}

TEST_F(Sandbox, RefusesAGrantOfWhatIsNotThere)
{
    EXPECT_EQ(in_child([&] {
                  const auto error = test::error_of([&] { confine({.reachable = {{.path = granted("/nothing")}}}); });
                  const bool named = error && error->call() == "open" && error->hint() == granted("/nothing");
                  return named && try_open(elsewhere("/file"), O_RDONLY) == 0 ? 0 : 1;
              }),
              ended(0))
        << "the error names the path, and nothing has changed";
}

TEST_F(Sandbox, StartsNoProgramAndIsKilledForTrying)
{
    const ChildEnd killed{.status = -1, .signal = SIGSYS};
    EXPECT_EQ(confined({}, [] { return ::execl("/bin/true", "true", nullptr); }), killed);
    EXPECT_EQ(confined({}, [] { return static_cast<int>(::syscall(SYS_ptrace, 0, 0, 0, 0)); }), killed);
    EXPECT_EQ(confined({}, [] { return static_cast<int>(::syscall(SYS_bpf, 0, 0, 0)); }), killed);
    EXPECT_EQ(confined({}, [] { return static_cast<int>(::syscall(SYS_mount, 0, 0, 0, 0, 0)); }), killed);
}

TEST_F(Sandbox, MakesThreadsButNoProcesses)
{
    EXPECT_EQ(confined({},
                       [] {
                           int value = 0;
                           std::thread{[&] { value = 42; }}.join();
                           return value;
                       }),
              ended(42));
    EXPECT_EQ(confined({}, [] { return error_of_call(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)); }), ended(ENOSYS));
    EXPECT_EQ(confined({}, [] { return error_of_call(::syscall(SYS_clone, CLONE_VM | CLONE_FILES | SIGCHLD, 0, 0, 0, 0)); }),
              ended(ENOSYS));
    EXPECT_EQ(confined({}, [] { return error_of_call(::syscall(SYS_fork)); }), ended(ENOSYS));
    EXPECT_EQ(confined({}, [] { return error_of_call(::syscall(SYS_clone3, nullptr, 0)); }), ended(ENOSYS));
}

TEST_F(Sandbox, HasNoSocketsAndNoOtherIoctls)
{
    EXPECT_EQ(confined({}, [] { return error_of_call(::socket(AF_INET, SOCK_STREAM, 0)); }), ended(ENOSYS));
    EXPECT_EQ(confined({}, [] { return error_of_call(::socket(AF_UNIX, SOCK_STREAM, 0)); }), ended(ENOSYS));
    EXPECT_EQ(confined({}, [] { return error_of_call(::ioctl(STDIN_FILENO, TIOCSTI, "x")); }), ended(ENOSYS));
    EXPECT_EQ(confined({}, [] { return error_of_call(::ioctl(STDIN_FILENO, 0xDEAD)); }), ended(ENOSYS));
    EXPECT_EQ(confined({}, [] { return error_of_call(::open("/dev/null", O_RDONLY)); }), ended(ENOSYS)) << "open is not openat2";
}

TEST_F(Sandbox, SignalsNobodyElse)
{
    const pid_t parent = ::getpid();
    EXPECT_EQ(confined({}, [&] { return error_of_call(::kill(parent, 0)); }), ended(ENOSYS));
    EXPECT_EQ(confined({}, [&] { return error_of_call(::syscall(SYS_tgkill, parent, parent, 0)); }), ended(ENOSYS));
    EXPECT_EQ(confined({}, [] { return error_of_call(::kill(0, 0)); }), ended(ENOSYS)) << "its group";
    EXPECT_EQ(confined({}, [] { return error_of_call(::kill(-1, 0)); }), ended(ENOSYS)) << "everybody";
    EXPECT_EQ(confined({}, [] { return error_of_call(::kill(::getpid(), 0)); }), ended(0));
    EXPECT_EQ(confined({}, [] { return ::raise(SIGTERM); }), (ChildEnd{.status = -1, .signal = SIGTERM}));
}

TEST_F(Sandbox, ReadsNobodyElsesMemory)
{
    static int there = 42;
    const auto read_of = [](pid_t process) {
        int here = 0;
        const iovec to{.iov_base = &here, .iov_len = sizeof here};
        const iovec from{.iov_base = &there, .iov_len = sizeof there};
        return ::process_vm_readv(process, &to, 1, &from, 1, 0) < 0 ? errno : here;
    };
    const pid_t parent = ::getpid();
    EXPECT_EQ(confined({}, [&] { return read_of(::getpid()); }), ended(42));
    EXPECT_EQ(confined({}, [&] { return read_of(parent); }), ended(ENOSYS));
}

TEST_F(Sandbox, RemovesAnEmptyFolderWhereOnlyThatIsGranted)
{
    const std::vector<Reachable> top{{.path = top_, .way = Reachable::Way::RemoveFolder}};
    EXPECT_EQ(confined(top, [&] { return error_of_call(::rmdir(granted("/inner").c_str())); }), ended(0));
    EXPECT_EQ(confined(top, [&] { return error_of_call(::rmdir(granted().c_str())); }), ended(ENOTEMPTY));
    EXPECT_EQ(confined(top, [&] { return remove(granted("/file")); }), ended(EACCES));
    EXPECT_EQ(confined(top, [&] { return try_open(granted("/file"), O_RDONLY); }), ended(EACCES));
}

TEST_F(Sandbox, IsRootOnlyOverFiles)
{
    if (::geteuid() != 0) GTEST_SKIP() << "not root, and without capabilities anyway";
    EXPECT_EQ(confined({},
                       [] {
                           timex clock{};
                           if (::syscall(SYS_clock_adjtime, CLOCK_REALTIME, &clock) < 0) return 1;
                           clock.modes = ADJ_FREQUENCY;  // to what it is
                           return error_of_call(::syscall(SYS_clock_adjtime, CLOCK_REALTIME, &clock));
                       }),
              ended(EPERM));
    EXPECT_EQ(confined({}, [] { return error_of_call(::setpriority(PRIO_PROCESS, 0, -1)); }), ended(EACCES));
    EXPECT_EQ(::chown(granted("/file").c_str(), 1, 1), 0);
    EXPECT_EQ(::chmod(granted("/file").c_str(), 0600), 0);
    EXPECT_EQ(confined(read_only(), [&] { return try_open(granted("/file"), O_RDONLY); }), ended(0)) << "another user's";
}

TEST_F(Sandbox, HoldsForThreadsThatStartLater)
{
    EXPECT_EQ(confined({},
                       [&] {
                           int error = 0;
                           std::thread{[&] { error = try_open(elsewhere("/file"), O_RDONLY); }}.join();
                           return error;
                       }),
              ended(EACCES));
}

}  // namespace
}  // namespace husk::program
