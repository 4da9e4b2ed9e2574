#include <gmock/gmock.h>

#include <array>
#include <set>
#include <string>

#include "program/abi/refused.hpp"
#include "program/abi/system_calls.hpp"
#include "support/known_calls.hpp"

namespace husk::program {
namespace {

/// Those since.
constexpr auto kSince = std::to_array<test::KnownCall>({
    {451, "cachestat"},
    {452, "fchmodat2"},
    {453, "map_shadow_stack"},
    {454, "futex_wake"},
    {455, "futex_wait"},
    {456, "futex_requeue"},
    {457, "statmount"},
    {458, "listmount"},
    {459, "lsm_get_self_attr"},
    {460, "lsm_set_self_attr"},
    {461, "lsm_list_modules"},
    {462, "mseal"},
});

using Values = std::array<std::uint64_t, kMostArguments>;

std::vector<std::string> names_of(const Signature& signature)
{
    std::vector<std::string> names;
    for (const Argument& argument : signature.arguments) names.emplace_back(argument.name);
    return names;
}

Signature signature_of(std::string_view call, const Values& values)
{
    return signature(*find_call(call), values);
}

TEST(SystemCalls, HaveTheNumbersOfTheSystemsHeaders)
{
    for (const test::KnownCall& known : test::kKnownCalls) {
        const SystemCall* const call = find_call(static_cast<std::uint64_t>(known.number));
        ASSERT_NE(call, nullptr) << known.name;
        EXPECT_EQ(call->name, known.name);
        EXPECT_EQ(find_call(known.name), call);
    }
}

TEST(SystemCalls, HaveThoseSinceAndNoOthers)
{
    for (const test::KnownCall& known : kSince) EXPECT_EQ(name_of_call(static_cast<std::uint64_t>(known.number)), known.name);
    EXPECT_EQ(call_table().size(), test::kKnownCalls.size() + kSince.size());
}

TEST(SystemCalls, AreSortedAndUnique)
{
    std::set<std::string_view> names;
    const SystemCall* before = nullptr;
    for (const SystemCall& call : call_table()) {
        EXPECT_TRUE(names.insert(call.name).second) << call.name;
        if (before != nullptr) {
            EXPECT_LT(before->number, call.number);
        }
        before = &call;
    }
}

TEST(SystemCalls, UnknownNumbersHaveANameThatTellsThem)
{
    for (const std::uint64_t number : {335ull, 423ull, 500ull, 0x4000'0000ull, ~0ull}) EXPECT_EQ(find_call(number), nullptr);
    EXPECT_EQ(name_of_call(500), "syscall_0x1f4");
    EXPECT_EQ(name_of_call(~std::uint64_t{0}), "syscall_0xffffffffffffffff");
    // The number is 64 bits wide: its lower half alone is not the number.
    EXPECT_EQ(find_call(std::uint64_t{1} << 32), nullptr);
    EXPECT_EQ(find_call(""), nullptr);
    EXPECT_EQ(find_call("no_such_call"), nullptr);
}

TEST(SystemCalls, LengthsPointAtArgumentsOfTheCall)
{
    for (const SystemCall& call : call_table())
        for (const Argument& argument : call.arguments.all()) {
            const auto where = std::string{call.name} + " " + std::string{argument.name};
            EXPECT_FALSE(argument.name.empty()) << where;
            EXPECT_TRUE(argument.length >= kResultIsLength || argument.length < call.arguments.size()) << where;
            EXPECT_FALSE(argument.kind == Kind::InBytes && argument.length == kNoLength) << where;
            EXPECT_FALSE(argument.kind == Kind::OutBytes && argument.length == kNoLength) << where;
            EXPECT_EQ(argument.kind == Kind::Flags, argument.names != Names::None) << where;
            const bool structure =
                argument.kind == Kind::InStruct || argument.kind == Kind::OutStruct || argument.kind == Kind::InOutStruct;
            const bool told = argument.shape != Shape::None && argument.shape != Shape::Hexadecimal;
            EXPECT_EQ(structure, told) << where;
        }
}

TEST(SystemCalls, AreGrouped)
{
    EXPECT_EQ(name(find_call("openat")->group), "files");
    EXPECT_EQ(name(find_call("read")->group), "files");
    EXPECT_EQ(name(find_call("mmap")->group), "memory");
    EXPECT_EQ(name(find_call("clock_gettime")->group), "time");
    EXPECT_EQ(name(find_call("rt_sigaction")->group), "signals");
    EXPECT_EQ(name(find_call("futex")->group), "threads");
    EXPECT_EQ(name(find_call("execve")->group), "process");
    EXPECT_EQ(name(find_call("socket")->group), "network");
    EXPECT_EQ(name(find_call("uname")->group), "system");
}

TEST(Signature, OpenHasAModeOnlyIfItMayCreate)
{
    EXPECT_THAT(names_of(signature_of("openat", {0, 0, 0})), testing::ElementsAre("dirfd", "pathname", "flags"));
    EXPECT_THAT(names_of(signature_of("openat", {0, 0, 0100})), testing::ElementsAre("dirfd", "pathname", "flags", "mode"));
    EXPECT_THAT(names_of(signature_of("open", {0, 020200000})), testing::ElementsAre("pathname", "flags", "mode"));  // O_TMPFILE
    EXPECT_THAT(names_of(signature_of("open", {0, 0200000})), testing::ElementsAre("pathname", "flags"));            // O_DIRECTORY
}

TEST(Signature, FcntlDependsOnTheCommand)
{
    EXPECT_EQ(signature_of("fcntl", {3, 1}).result, Returns::FdFlags);
    EXPECT_EQ(signature_of("fcntl", {3, 3}).result, Returns::FileFlags);
    EXPECT_EQ(signature_of("fcntl", {3, 3}).arguments.size(), 2U);
    EXPECT_EQ(signature_of("fcntl", {3, 4}).arguments[2].names, Names::OpenFlags);
    EXPECT_EQ(signature_of("fcntl", {3, 6}).arguments[2].shape, Shape::FileLock);
    // The command is an int: what is above it in the register does not count.
    EXPECT_EQ(signature_of("fcntl", {3, 0xFFFF'FFFF'0000'0003}).result, Returns::FileFlags);
    EXPECT_EQ(signature_of("fcntl", {3, 77}).arguments[2].kind, Kind::Hex);
}

TEST(Signature, FutexDependsOnTheCommandWithoutItsFlags)
{
    constexpr std::uint64_t kPrivate = 128;
    constexpr std::uint64_t kRealTime = 256;
    for (const std::uint64_t more : {std::uint64_t{0}, kPrivate, kRealTime, kPrivate | kRealTime}) {
        EXPECT_EQ(signature_of("futex", {0, 0 | more}).arguments[3].shape, Shape::Timespec) << more;
        EXPECT_EQ(signature_of("futex", {0, 1 | more}).arguments[3].kind, Kind::Unused) << more;
        EXPECT_EQ(signature_of("futex", {0, 9 | more}).arguments[5].names, Names::FutexBitset) << more;
    }
}

TEST(Refused, NamesAreThoseOfTheTable)
{
    const SystemCall* before = nullptr;
    for (const Refusal& refusal : refusals()) {
        const SystemCall* const call = find_call(refusal.number);
        ASSERT_NE(call, nullptr) << refusal.name;
        EXPECT_EQ(call->name, refusal.name);
        EXPECT_FALSE(refusal.why.empty()) << refusal.name;
        if (before != nullptr) {
            EXPECT_LT(before->number, call->number);
        }
        before = call;
    }
}

TEST(Refused, ByDesign)
{
    for (const std::string_view name : {"io_uring_setup",
                                        "io_uring_enter",
                                        "io_uring_register",
                                        "ptrace",
                                        "bpf",
                                        "userfaultfd",
                                        "init_module",
                                        "finit_module",
                                        "delete_module",
                                        "mount",
                                        "umount2",
                                        "pivot_root",
                                        "move_mount",
                                        "open_tree",
                                        "fsopen",
                                        "fsconfig",
                                        "fsmount",
                                        "fspick",
                                        "mount_setattr",
                                        "kexec_load",
                                        "kexec_file_load",
                                        "reboot",
                                        "swapon",
                                        "swapoff",
                                        "perf_event_open",
                                        "add_key",
                                        "request_key",
                                        "keyctl",
                                        "setns",
                                        "unshare",
                                        "chroot",
                                        "acct",
                                        "quotactl",
                                        "quotactl_fd",
                                        "iopl",
                                        "ioperm",
                                        "process_vm_readv",
                                        "process_vm_writev",
                                        "pidfd_getfd",
                                        "open_by_handle_at",
                                        "name_to_handle_at"}) {
        const auto refusal = refused_by_design(find_call(name)->number);
        ASSERT_TRUE(refusal.has_value()) << name;
        EXPECT_EQ(refusal->name, name);
    }
    for (const std::string_view name : {"read", "openat", "mmap", "clone", "personality", "execve", "socket", "kill", "prctl"})
        EXPECT_FALSE(refused_by_design(find_call(name)->number).has_value()) << name;
    EXPECT_FALSE(refused_by_design(500).has_value());
    EXPECT_FALSE(refused_by_design(~std::uint64_t{0}).has_value());
}

TEST(Refused, ByArguments)
{
    const std::uint64_t personality = find_call("personality")->number;
    EXPECT_FALSE(refused_by_design(personality, Values{0}).has_value());
    EXPECT_FALSE(refused_by_design(personality, Values{0xFFFF'FFFF}).has_value());
    EXPECT_TRUE(refused_by_design(personality, Values{0x0040000}).has_value());  // ADDR_NO_RANDOMIZE
    const std::uint64_t clone = find_call("clone")->number;
    EXPECT_FALSE(refused_by_design(clone, Values{0x3D0F00}).has_value());   // as pthread_create does
    EXPECT_TRUE(refused_by_design(clone, Values{0x10000000}).has_value());  // CLONE_NEWUSER
    EXPECT_TRUE(refused_by_design(find_call("ptrace")->number, Values{}).has_value());
}

}  // namespace
}  // namespace husk::program
