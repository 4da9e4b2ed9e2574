// Threads start and end, and paths are looked up, while others reach for each low number that Husk's descriptors may have for a
// moment: none of KVM's is ever had by mmap, dup, or an ioctl.
#include "hostile.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>

enum { kThreads = 40, kNumbers = 12, kGetVcpuMmapSize = 0xAE04, kCheckExtension = 0xAE03, kRun = 0xAE80, kGetRegs = 0x8090AE81 };

static atomic_int done;
static atomic_int had;

static void note(const char* what, int fd, long result)
{
    fprintf(stderr, "descriptor_race: %s of %d: %ld\n", what, fd, result);
    had = 1;
}

static void reach(int fd)
{
    static _Thread_local char registers[4096];
    long result;
    if ((result = ioctl(fd, kRun, 0)) >= 0) note("KVM_RUN", fd, result);
    if ((result = ioctl(fd, kGetVcpuMmapSize, 0)) >= 0) note("KVM_GET_VCPU_MMAP_SIZE", fd, result);
    if ((result = ioctl(fd, kCheckExtension, 0)) >= 0) note("KVM_CHECK_EXTENSION", fd, result);
    if ((result = ioctl(fd, kGetRegs, registers)) >= 0) note("KVM_GET_REGS", fd, result);
    void* page = mmap(NULL, kPage, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page != MAP_FAILED) note("mmap", fd, (long)page);
    const int copy = fcntl(fd, F_DUPFD, 400);
    if (copy < 0) return;
    // The guest's own are fine; Husk's anonymous ones and its folders are not.
    char name[64], target[512];
    snprintf(name, sizeof name, "/proc/self/fd/%d", copy);
    const ssize_t size = readlink(name, target, sizeof target - 1);
    if (size > 0) {
        target[size] = '\0';
        if (strstr(target, "kvm") != NULL) note(target, fd, copy);
    }
    close(copy);
}

static void* reaching(void* unused)
{
    (void)unused;
    while (!done)
        for (int fd = 3; fd < 3 + kNumbers; ++fd) reach(fd);
    return NULL;
}

static void* nothing(void* unused)
{
    return unused;
}

static void* looking(void* unused)
{
    (void)unused;
    struct stat status;
    while (!done) {
        stat(check_scratch, &status);
        const int fd = open(in_scratch("a/../b"), O_RDONLY);
        if (fd >= 0) close(fd);
    }
    return NULL;
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    pthread_t reachers[2], looker;
    for (int i = 0; i < 2; ++i) CHECK_EQ(pthread_create(&reachers[i], NULL, reaching, NULL), 0);
    CHECK_EQ(pthread_create(&looker, NULL, looking, NULL), 0);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    for (int i = 0; i < kThreads; ++i) {
        pthread_t thread[3];
        for (int each = 0; each < 3; ++each) CHECK_EQ(pthread_create(&thread[each], NULL, nothing, NULL), 0);
        for (int each = 0; each < 3; ++each) CHECK_EQ(pthread_join(thread[each], NULL), 0);
        const int fd = signalfd(-1, &set, SFD_CLOEXEC);
        if (fd >= 0) close(fd);
    }
    done = 1;
    for (int i = 0; i < 2; ++i) CHECK_EQ(pthread_join(reachers[i], NULL), 0);
    CHECK_EQ(pthread_join(looker, NULL), 0);
    return had;
}
