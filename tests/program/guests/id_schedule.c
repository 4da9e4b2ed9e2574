// Where and how the process is scheduled: getcpu, affinity, policies, yielding.
#include "check.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static void processors(void)
{
    unsigned cpu = ~0u, node = ~0u;
    CHECK_OK(syscall(SYS_getcpu, &cpu, &node, NULL));
    CHECK(cpu < 4096 && node < 1024);
    CHECK(sched_getcpu() >= 0);
    cpu_set_t set;
    CHECK_OK(sched_getaffinity(0, sizeof set, &set));
    CHECK(CPU_COUNT(&set) >= 1);
    CHECK(CPU_COUNT(&set) <= sysconf(_SC_NPROCESSORS_CONF));
    CHECK_OK(sched_setaffinity(0, sizeof set, &set));
    CPU_ZERO(&set);
    CHECK_ERRNO(sched_setaffinity(0, sizeof set, &set), EINVAL);
    CHECK_ERRNO(sched_getaffinity(0, 1, &set), EINVAL);
}

static void policies(void)
{
    CHECK_EQ(sched_getscheduler(0), SCHED_OTHER);
    struct sched_param parameters;
    CHECK_OK(sched_getparam(0, &parameters));
    CHECK_EQ(parameters.sched_priority, 0);
    CHECK_OK(sched_setscheduler(0, SCHED_OTHER, &parameters));
    CHECK_OK(sched_setscheduler(0, SCHED_BATCH, &parameters));
    CHECK_EQ(sched_getscheduler(0), SCHED_BATCH);
    CHECK_EQ(sched_get_priority_max(SCHED_FIFO), 99);
    CHECK_EQ(sched_get_priority_min(SCHED_FIFO), 1);
    CHECK_ERRNO(sched_get_priority_max(77), EINVAL);
    CHECK_ERRNO(sched_setscheduler(0, 77, &parameters), EINVAL);
    for (int i = 0; i < 100; ++i) CHECK_OK(sched_yield());
}

int main(void)
{
    processors();
    policies();
    return 0;
}
