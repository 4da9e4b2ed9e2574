// Who the process is: numbers, users, groups, sessions; uname, sysinfo; limits; random bytes; its name.
#include "check.h"

#include <grp.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

static void numbers(void)
{
    CHECK(getpid() > 0);
    CHECK_EQ(getpid(), syscall(SYS_getpid));
    CHECK_EQ(syscall(SYS_gettid), getpid());
    CHECK(getppid() >= 0);
    CHECK_EQ(getpgid(0), getpgrp());
    CHECK_EQ(getpgid(getpid()), getpgrp());
    CHECK_EQ(getsid(0), getsid(getpid()));
    CHECK_ERRNO(getpgid(0x7FFFFFFF), ESRCH);
}

static void users(void)
{
    uid_t real, effective, saved;
    CHECK_OK(getresuid(&real, &effective, &saved));
    CHECK(real == getuid() && effective == geteuid());
    gid_t real_group, effective_group, saved_group;
    CHECK_OK(getresgid(&real_group, &effective_group, &saved_group));
    CHECK(real_group == getgid() && effective_group == getegid());
    const int count = getgroups(0, NULL);
    CHECK_OK(count);
    gid_t groups[256];
    CHECK_EQ(getgroups(256, groups), count);
    CHECK_ERRNO(syscall(SYS_getgroups, -1, groups), EINVAL);
    CHECK_OK(setuid(getuid()));
    CHECK_OK(setgid(getgid()));
}

static void machine(void)
{
    struct utsname name;
    CHECK_OK(uname(&name));
    CHECK(strcmp(name.sysname, "Linux") == 0);
    CHECK(strcmp(name.machine, "x86_64") == 0);
    CHECK(atoi(name.release) >= 4);
    char host[256];
    CHECK_OK(gethostname(host, sizeof host));
    struct sysinfo system;
    CHECK_OK(sysinfo(&system));
    CHECK(system.totalram > 0 && system.mem_unit > 0 && system.uptime > 0);
    CHECK(sysconf(_SC_NPROCESSORS_ONLN) >= 1);
    CHECK_EQ(sysconf(_SC_PAGESIZE), kPage);
}

static void limits(void)
{
    struct rlimit stack, files, again;
    CHECK_OK(getrlimit(RLIMIT_STACK, &stack));
    CHECK(stack.rlim_cur >= 1 << 20);
    CHECK_OK(getrlimit(RLIMIT_NOFILE, &files));
    CHECK(files.rlim_cur >= 256);
    const struct rlimit less = {128, files.rlim_max};
    CHECK_OK(setrlimit(RLIMIT_NOFILE, &less));
    CHECK_OK(prlimit(0, RLIMIT_NOFILE, NULL, &again));
    CHECK_EQ(again.rlim_cur, 128);
    CHECK_OK(prlimit(getpid(), RLIMIT_NOFILE, &files, &again));
    CHECK_EQ(again.rlim_cur, 128);
    CHECK_ERRNO(getrlimit(77, &again), EINVAL);
    const struct rlimit crossed = {200, 100};
    CHECK_ERRNO(setrlimit(RLIMIT_NOFILE, &crossed), EINVAL);
    CHECK_OK(getrlimit(RLIMIT_AS, &again));
    CHECK_OK(getpriority(PRIO_PROCESS, 0) + 20);
}

static void names(void)
{
    char name[17] = "";
    CHECK_OK(prctl(PR_SET_NAME, "a name that is too long"));
    CHECK_OK(prctl(PR_GET_NAME, name));
    CHECK(strcmp(name, "a name that is ") == 0);
    CHECK_ERRNO(prctl(9999), EINVAL);
    CHECK_OK(prctl(PR_GET_DUMPABLE));
    CHECK_OK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    CHECK_EQ(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
}

static void randomness(void)
{
    unsigned char one[64] = {0}, two[64] = {0};
    CHECK_EQ(getrandom(one, sizeof one, 0), 64);
    CHECK_EQ(getrandom(two, sizeof two, GRND_NONBLOCK), 64);
    CHECK(memcmp(one, two, sizeof one) != 0);
    CHECK_OK(getentropy(one, sizeof one));
    CHECK_ERRNO(getrandom(one, 1, 77), EINVAL);
}

int main(void)
{
    numbers();
    users();
    machine();
    limits();
    names();
    randomness();
    return 0;
}
