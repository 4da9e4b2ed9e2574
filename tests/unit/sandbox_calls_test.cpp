// Under the sandbox no served call fails for want of a line in its policy.
#include "program/abi/system_calls.hpp"
#include "program/calls/handlers.hpp"
#include "program/sandbox/filter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace husk::program {
namespace {

/// Served without asking the host for the same: by another call of it, from what Husk keeps, or by a refusal.
constexpr auto kAnsweredByHusk = std::to_array<std::string_view>({
    // Paths: found under a grant, folder by folder, then by the calls that take a descriptor.
    "access",
    "chdir",
    "chmod",
    "chown",
    "creat",
    "fchdir",
    "fchmodat2",
    "futimesat",
    "getcwd",
    "lchown",
    "lgetxattr",
    "link",
    "llistxattr",
    "lremovexattr",
    "lsetxattr",
    "lstat",
    "mkdir",
    "mknod",
    "open",
    "openat",
    "rename",
    "stat",
    "statfs",
    "symlink",
    "truncate",
    "unlink",
    "utime",
    "utimes",
    // Timers and signals: queued in Husk.
    "alarm",
    "pause",
    "rt_sigqueueinfo",
    "rt_tgsigqueueinfo",
    "signalfd",
    "signalfd4",
    "tkill",
    // What a process is and may do: as Husk says.
    "adjtimex",
    "arch_prctl",
    "capget",
    "capset",
    "clock_settime",
    "getrlimit",
    "mlockall",
    "munlockall",
    "personality",
    "setfsgid",
    "setfsuid",
    "setgid",
    "setgroups",
    "setregid",
    "setresgid",
    "setresuid",
    "setreuid",
    "setrlimit",
    "settimeofday",
    "setuid",
    // Refused for now, and what asks for children, of which there are none.
    "clone3",
    "execve",
    "execveat",
    "fork",
    "socket",
    "socketpair",
    "vfork",
    "wait4",
    "waitid",
});

TEST(SandboxPolicy, HasEveryServedCallThatHuskDoesNotAnswerItself)
{
    std::set<std::string_view> allowed;
    for (const PolicyCall& call : policy_calls())
        if (call.allowed) allowed.insert(call.name);
    for (const SystemCall& call : call_table()) {
        if (find_handler(call.number) == nullptr) continue;
        const bool own = std::ranges::count(kAnsweredByHusk, call.name) != 0;
        EXPECT_TRUE(own || allowed.contains(call.name))
            << call.name
            << " is served: it needs a line in src/program/sandbox/policy.hpp, or in the list above if the host is not "
            << "asked for it";
    }
}

}  // namespace
}  // namespace husk::program
