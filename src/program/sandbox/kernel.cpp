#include "program/sandbox/kernel.hpp"

#include "base/read_text.hpp"

#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace husk::program {

int SandboxKernel::set_no_new_privileges()
{
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

int SandboxKernel::drop_capabilities()
{
    // Without these root's files by another user are out of its reach, which it would not understand. All are below 32.
    constexpr std::uint32_t kKept =
        1u << CAP_CHOWN | 1u << CAP_DAC_OVERRIDE | 1u << CAP_DAC_READ_SEARCH | 1u << CAP_FOWNER | 1u << CAP_FSETID;
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
    if (::syscall(SYS_capget, &header, sets.data()) != 0) return -1;
    sets[0] = {.effective = sets[0].effective & kKept, .permitted = sets[0].permitted & kKept, .inheritable = 0};
    sets[1] = {};
    return static_cast<int>(::syscall(SYS_capset, &header, sets.data()));
}

int SandboxKernel::landlock_abi()
{
    return static_cast<int>(::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION));
}

int SandboxKernel::landlock_create(const LandlockHandled& handled)
{
    return static_cast<int>(::syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0));
}

int SandboxKernel::landlock_add(int ruleset, const landlock_path_beneath_attr& rule)
{
    return static_cast<int>(::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0));
}

int SandboxKernel::landlock_restrict(int ruleset)
{
    return static_cast<int>(::syscall(SYS_landlock_restrict_self, ruleset, 0));
}

int SandboxKernel::seccomp_filter(const sock_fprog& filter)
{
    return static_cast<int>(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter));
}

namespace {

constexpr const char* kTasks = "/proc/self/task";

/// <linux/sched.h>, PF_USER_WORKER: a thread of a process that is the kernel's, from Linux 6.4; nothing before.
constexpr unsigned long kUserWorker = 0x4000;

/// proc_pid_stat(5): the flags are the ninth field, the seventh behind the name in parentheses.
bool is_kernels(std::string_view stat)
{
    constexpr int kBefore = 6;
    std::size_t at = std::min(stat.rfind(')'), stat.size());
    for (int field = 0; field <= kBefore && at < stat.size(); ++field) at = std::min(stat.find(' ', at + 1), stat.size());
    unsigned long flags = 0;
    const std::string_view word = stat.substr(std::min(at + 1, stat.size()));
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), flags);
    return error == std::errc{} && (flags & kUserWorker) != 0;
}

/// How many of this process's threads are the kernel's.
unsigned kernel_threads()
{
    unsigned count = 0;
    std::error_code error;
    for (std::filesystem::directory_iterator task{kTasks, error}, end; !error && task != end; task.increment(error)) {
        const auto stat = read_text(task->path() / "stat");
        count += stat && is_kernels(*stat) ? 1 : 0;
    }
    return count;
}

}  // namespace

unsigned SandboxKernel::threads()
{
    // A folder for each, beside "." and "..", and each folder's ".." is a link. proc(5), "/proc/[pid]/task".
    constexpr nlink_t kItsOwn = 2;
    struct stat tasks {};
    if (::stat(kTasks, &tasks) != 0 || tasks.st_nlink <= kItsOwn) return 0;
    const auto all = static_cast<unsigned>(tasks.st_nlink - kItsOwn);
    return all > 1 ? all - std::min(all - 1, kernel_threads()) : all;
}

SandboxKernel& SandboxKernel::host()
{
    static SandboxKernel kernel;
    return kernel;
}

}  // namespace husk::program
