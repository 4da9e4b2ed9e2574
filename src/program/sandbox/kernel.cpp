#include "program/sandbox/kernel.hpp"

#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace husk::program {

int SandboxKernel::set_no_new_privileges()
{
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
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

unsigned SandboxKernel::threads()
{
    // A folder for each, beside "." and "..", and each folder's ".." is a link. proc(5), "/proc/[pid]/task".
    constexpr nlink_t kItsOwn = 2;
    struct stat tasks {};
    if (::stat("/proc/self/task", &tasks) != 0 || tasks.st_nlink <= kItsOwn) return 0;
    return static_cast<unsigned>(tasks.st_nlink - kItsOwn);
}

SandboxKernel& SandboxKernel::host()
{
    static SandboxKernel kernel;
    return kernel;
}

}  // namespace husk::program
