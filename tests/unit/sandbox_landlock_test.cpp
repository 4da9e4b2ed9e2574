// Landlock alone, and confine() on kernels that lack one thing or another.
#include "program/sandbox/landlock.hpp"

#include "program/sandbox/landlock_rights.hpp"
#include "program/sandbox/sandbox.hpp"
#include "support/confined.hpp"
#include "support/errors.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <vector>

namespace husk::program {
namespace {

using test::ChildEnd;
using testing::ElementsAre;
using testing::HasSubstr;

/// A kernel that confines nobody, keeps what it is asked, and may refuse.
class FakeKernel : public SandboxKernel {
public:
    int set_no_new_privileges() override { return answer("no new privileges", 0); }
    int drop_capabilities() override { return answer("capabilities", 0); }
    int landlock_abi() override { return answer("abi", abi); }
    int landlock_create(const LandlockHandled& wanted) override
    {
        handled = wanted;
        return answer("create", ::open("/dev/null", O_PATH | O_CLOEXEC));
    }
    int landlock_add(int, const landlock_path_beneath_attr& rule) override
    {
        rights.push_back(rule.allowed_access);
        return answer("add", 0);
    }
    int landlock_restrict(int) override { return answer("restrict", 0); }
    int seccomp_filter(const sock_fprog& filter) override
    {
        filter_length = filter.len;
        return answer("seccomp", 0);
    }
    unsigned threads() override { return thread_count; }

    int abi = 7;
    unsigned thread_count = 1;
    std::string refused;  ///< the call that fails
    int error = ENOSYS;
    LandlockHandled handled;
    std::vector<std::uint64_t> rights;
    unsigned filter_length = 0;
    std::vector<std::string> calls;

private:
    int answer(const std::string& call, int result)
    {
        calls.push_back(call);
        if (call != refused) return result;
        errno = error;
        return -1;
    }
};

TEST(Confine, TakesThePartsInTheOrderThatWorks)
{
    FakeKernel kernel;
    const SandboxReport report = confine({.reachable = {{.path = "/"}}}, kernel);
    EXPECT_TRUE(report.complete());
    EXPECT_EQ(describe_missing(report), "");
    EXPECT_EQ(report.landlock_abi, kernel.abi);
    EXPECT_THAT(kernel.calls, ElementsAre("abi", "create", "add", "no new privileges", "restrict", "capabilities", "seccomp"));
    EXPECT_GT(kernel.filter_length, 100u);
}

TEST(Confine, GoesOnWithoutLandlock)
{
    FakeKernel kernel;
    kernel.refused = "abi";
    kernel.error = EOPNOTSUPP;
    const SandboxReport report = confine({.reachable = {{.path = "/"}}}, kernel);
    EXPECT_FALSE(report.complete());
    EXPECT_TRUE(report.no_new_privileges.on && report.seccomp.on);
    EXPECT_FALSE(report.landlock.on);
    EXPECT_EQ(report.landlock_abi, 0);
    EXPECT_THAT(describe_missing(report), HasSubstr("no Landlock (landlock_create_ruleset"));
    EXPECT_THAT(describe_missing(report), HasSubstr("Operation not supported"));
}

TEST(Confine, GoesOnWithoutAnyOneOfItAndSaysWhy)
{
    for (const std::string part : {"create", "restrict", "seccomp", "no new privileges", "capabilities"}) {
        FakeKernel kernel;
        kernel.refused = part;
        kernel.error = EPERM;
        const SandboxReport report = confine({}, kernel);
        EXPECT_FALSE(report.complete()) << part;
        EXPECT_THAT(describe_missing(report), HasSubstr("Operation not permitted")) << part;
        EXPECT_EQ(report.landlock.on + report.seccomp.on + report.no_new_privileges.on + report.capabilities.on, 3) << part;
    }
}

TEST(Confine, IsNotCompleteBesideOtherThreads)
{
    FakeKernel kernel;
    kernel.thread_count = 2;
    EXPECT_EQ(describe_missing(confine({}, kernel)), "1 thread is not confined");
    kernel.thread_count = 4;
    const SandboxReport report = confine({}, kernel);
    EXPECT_FALSE(report.complete());
    EXPECT_EQ(report.other_threads, 3u);
    EXPECT_EQ(describe_missing(report), "3 threads are not confined");
}

TEST(Confine, ThrowsForAGrantThatTheKernelRefuses)
{
    FakeKernel kernel;
    kernel.refused = "add";
    EXPECT_EQ(test::failed_call([&] { confine({.reachable = {{.path = "/"}}}, kernel); }), "landlock_add_rule");
    EXPECT_THAT(kernel.calls, ElementsAre("abi", "create", "add")) << "nothing has changed";
}

TEST(LandlockRights, OlderKernelsAreAskedForWhatTheyKnow)
{
    using namespace landlock;
    constexpr std::uint64_t kAbi1 = (1u << 13) - 1;
    EXPECT_EQ(all_of(1).files, kAbi1);
    EXPECT_EQ(all_of(2).files, kAbi1 | kRefer);
    EXPECT_EQ(all_of(3).files, kAbi1 | kRefer | kTruncate);
    EXPECT_EQ(all_of(4).files, kAbi1 | kRefer | kTruncate);
    EXPECT_EQ(all_of(5).files, kAbi1 | kRefer | kTruncate | kDeviceIoctl);
    EXPECT_EQ(all_of(3).network, 0u);
    EXPECT_EQ(all_of(4).network, 3u);
    EXPECT_EQ(all_of(5).scoped, 0u);
    EXPECT_EQ(all_of(6).scoped, 3u);
    EXPECT_EQ(all_of(99).files, all_of(6).files) << "of a newer kernel, what is known";
}

TEST(LandlockRights, AreThoseOfFileFolderAndDevice)
{
    FakeKernel kernel;
    Landlock landlock{kernel};
    landlock.allow({.path = "/"});
    landlock.allow({.path = "/", .way = Reachable::Way::Write});
    landlock.allow({.path = "/proc/self/maps"});
    landlock.allow({.path = "/dev/null", .way = Reachable::Way::Write});
    landlock.allow({.path = "/", .way = Reachable::Way::RemoveFolder});
    using namespace landlock;
    EXPECT_THAT(kernel.rights,
                ElementsAre(kReadFile | kReadFolder, kReadFile | kReadFolder | kWriteFile | kTruncate | kRemove | kMake | kRefer,
                            kReadFile, kReadFile | kWriteFile | kTruncate | kDeviceIoctl, kRemoveFolder));
    for (const std::uint64_t rights : kernel.rights) EXPECT_EQ(rights & (kExecute | kMakeDevice | kMakeSocket), 0u);
}

TEST(LandlockRights, AreNeverMoreThanTheKernelKnows)
{
    FakeKernel kernel;
    kernel.abi = 1;
    Landlock landlock{kernel};
    landlock.allow({.path = "/dev/null", .way = Reachable::Way::Write});
    EXPECT_THAT(kernel.rights, ElementsAre(landlock::kReadFile | landlock::kWriteFile));
}

class LandlockHere : public testing::Test {
protected:
    void SetUp() override
    {
        if (const std::string missing = test::missing_here(); !missing.empty()) GTEST_SKIP() << missing;
    }

    /// Under Landlock alone, so that seccomp does not answer first.
    static ChildEnd restricted(const std::function<int()>& act)
    {
        return test::in_child([&] {
            SandboxKernel& kernel = SandboxKernel::host();
            if (kernel.set_no_new_privileges() != 0) return -1;
            Landlock{kernel}.restrict_this_thread();
            return act();
        });
    }
};

TEST_F(LandlockHere, NoTcp)
{
    if (SandboxKernel::host().landlock_abi() < landlock::kAbiOfNetwork) GTEST_SKIP() << "ABI 4 forbids TCP";
    const auto with_socket = [](auto call) {
        return [call] {
            const UniqueFd socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
            sockaddr_in address{};
            address.sin_family = AF_INET;
            address.sin_port = htons(9);
            address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            return test::error_of_call(call(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address));
        };
    };
    EXPECT_EQ(restricted(with_socket(::connect)), (ChildEnd{.status = EACCES, .signal = 0}));
    EXPECT_EQ(restricted(with_socket(::bind)), (ChildEnd{.status = EACCES, .signal = 0}));
}

TEST_F(LandlockHere, NoSignalsToOthers)
{
    if (SandboxKernel::host().landlock_abi() < landlock::kAbiOfScopes) GTEST_SKIP() << "ABI 6 forbids signals";
    const pid_t parent = ::getpid();
    EXPECT_EQ(restricted([&] { return test::error_of_call(::kill(parent, 0)); }), (ChildEnd{.status = EPERM, .signal = 0}));
    EXPECT_EQ(restricted([] { return test::error_of_call(::kill(::getpid(), 0)); }), (ChildEnd{.status = 0, .signal = 0}));
}

TEST_F(LandlockHere, NeedsNoNewPrivileges)
{
    constexpr uid_t kNobody = 65534;
    EXPECT_EQ(test::in_child([] {
                  Landlock landlock;
                  if (::geteuid() == 0 && ::setuid(kNobody) != 0) return 1;  // for root may without
                  return test::failed_call([&] { landlock.restrict_this_thread(); }) == "landlock_restrict_self" ? 0 : 2;
              }),
              (ChildEnd{.status = 0, .signal = 0}));
}

}  // namespace
}  // namespace husk::program
